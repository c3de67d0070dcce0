import type { ApiKey } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay, useMe } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SegmentedControl } from '../../../ui/SegmentedControl.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { useManages } from '../may-members.ts';
import { KeyRow } from './KeyRow.tsx';
import { NewKeyDialog } from './NewKeyDialog.tsx';

/** API keys: one's own, and for managers everybody's. */
export function KeysTab() {
  const me = useMe();
  const may = useMay();
  const client = useQueryClient();
  const manages = useManages();
  const [whose, setWhose] = useState<'own' | 'all'>('own');
  const [isNew, setNew] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const list = useQuery(
    orpc.apiKeys.list.queryOptions({ input: whose === 'all' ? { all: true } : {} }),
  );
  const keys = [...(list.data?.keys ?? [])].sort(activeFirst);
  const add = may('api_key.create') && (
    <Button
      size="small"
      variant="primary"
      icon={<Plus className="size-4" aria-hidden />}
      onClick={() => setNew(true)}
    >
      New API key
    </Button>
  );
  return (
    <Section
      title="API keys"
      about="With a key, programs and the command line act as its member."
      actions={
        <>
          {manages && (
            <SegmentedControl
              label="Whose keys"
              value={whose}
              onValue={setWhose}
              options={[
                { value: 'own', label: 'Yours' },
                { value: 'all', label: 'Everybody’s' },
              ]}
            />
          )}
          {add}
        </>
      }
      flush
    >
      {list.isPending && <SkeletonRows rows={3} />}
      {list.isError && (
        <ErrorState
          error={list.error}
          title="The keys could not be read"
          onRetry={() => void list.refetch()}
        />
      )}
      {list.isSuccess && keys.length === 0 && (
        <EmptyState icon={<KeyRound aria-hidden />} title="You have no API key">
          Make one for a program that manages Plugboard. Agents need none: they have tokens.
        </EmptyState>
      )}
      {keys.length > 0 && (
        <ul aria-label="API keys" className="divide-y divide-line">
          {keys.map((key) => (
            <KeyRow
              key={key.id}
              apiKey={key}
              withMember={whose === 'all'}
              {...((key.memberId === me.memberId || manages) && {
                onRevoke: () => setRevoking(key),
              })}
            />
          ))}
        </ul>
      )}
      {isNew && <NewKeyDialog onClose={() => setNew(false)} />}
      <ConfirmDialog
        open={revoking !== undefined}
        onOpen={(open) => !open && setRevoking(undefined)}
        title={`Revoke ${visibleText(revoking?.name ?? '')}?`}
        action="Revoke it"
        onConfirm={async () => {
          if (!revoking) return;
          await api.apiKeys.revoke({ key: revoking.id });
          await client.invalidateQueries({ queryKey: orpc.apiKeys.key() });
          tellDone('The key is revoked');
        }}
      >
        Whatever uses it is refused from now on. This cannot be undone; a new key can be made.
      </ConfirmDialog>
    </Section>
  );
}

function activeFirst(a: ApiKey, b: ApiKey): number {
  const rank = ({ state }: ApiKey) => (state === 'active' ? 0 : 1);
  return rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt);
}
