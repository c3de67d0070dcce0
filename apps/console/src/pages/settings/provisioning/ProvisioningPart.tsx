import type { ScimToken } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FolderSync, Plus } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { CodeBlock } from '../../../ui/CodeBlock.tsx';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { GroupsSection } from './GroupsSection.tsx';
import { NewScimTokenDialog } from './NewScimTokenDialog.tsx';
import { ScimTokenRow } from './ScimTokenRow.tsx';

/** Members that a directory makes and takes away, by SCIM. */
export function ProvisioningPart() {
  const may = useMay();
  const client = useQueryClient();
  const manage = may('provisioning.manage');
  const [isNew, setNew] = useState(false);
  const [revoking, setRevoking] = useState<ScimToken>();
  const list = useQuery(orpc.scim.tokens.list.queryOptions());
  return (
    <>
      <Section
        title="Directory tokens"
        about="A directory such as Entra ID or Okta makes, suspends and removes members with one, by SCIM 2.0."
        actions={
          manage && (
            <Button
              size="small"
              variant="primary"
              icon={<Plus className="size-4" aria-hidden />}
              onClick={() => setNew(true)}
            >
              New token
            </Button>
          )
        }
        flush
      >
        {list.isPending && <SkeletonRows rows={3} />}
        {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && (
          <div className="px-4 py-3 text-sm sm:px-5">
            <p className="mb-1.5 text-soft">Address to enter in the directory</p>
            <CodeBlock code={list.data.url} what="the address" wrap />
          </div>
        )}
        {list.data?.tokens.length === 0 && (
          <EmptyState icon={<FolderSync aria-hidden />} title="No directory has a token">
            {manage
              ? 'Make one, and enter it in the directory with the address above.'
              : 'Only owners make one.'}
          </EmptyState>
        )}
        <ul aria-label="Directory tokens" className="divide-y divide-line">
          {list.data?.tokens.map((token) => (
            <ScimTokenRow
              key={token.id}
              token={token}
              {...(manage && { onRevoke: () => setRevoking(token) })}
            />
          ))}
        </ul>
      </Section>
      <GroupsSection />
      {isNew && <NewScimTokenDialog onClose={() => setNew(false)} />}
      <ConfirmDialog
        open={revoking !== undefined}
        onOpen={(open) => !open && setRevoking(undefined)}
        title={`Revoke ${visibleText(revoking?.name ?? '')}?`}
        action="Revoke it"
        onConfirm={async () => {
          if (!revoking) return;
          await api.scim.tokens.revoke({ token: revoking.id });
          await client.invalidateQueries({ queryKey: orpc.scim.key() });
          tellDone('The token is revoked');
        }}
      >
        The directory is refused from now on. Members whom it made stay as they are.
      </ConfirmDialog>
    </>
  );
}
