import { useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCcw } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { Button } from '../../../ui/Button.tsx';
import { Section } from '../../../ui/Card.tsx';
import { ConfirmDialog } from '../../../ui/ConfirmDialog.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Facts } from '../../../ui/Facts.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { SkeletonRows } from '../../../ui/Skeleton.tsx';
import { MasterKeySection } from './MasterKeySection.tsx';
import { RotationList } from './RotationList.tsx';

/** How often a rotation that runs is asked how far it is: no event tells of each value. */
const progressMs = 1000;

/** What seals the secrets. */
export function KeysPart() {
  const may = useMay();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const status = useQuery({
    ...orpc.keys.status.queryOptions(),
    refetchInterval: ({ state }) =>
      state.data?.rotations.some((rotation) => rotation.state === 'running') === true
        ? progressMs
        : false,
  });
  if (status.isPending) return <SkeletonRows />;
  if (status.isError) {
    return <ErrorState error={status.error} onRetry={() => void status.refetch()} />;
  }
  const { ownerKeys, rotations } = status.data;
  return (
    <>
      <Section
        title="Owner keys"
        about="Everybody’s secrets are sealed with a key of their own: the organization’s, each member’s, each agent’s. Destroying one makes what it sealed unreadable, in backups too."
        actions={
          may('vault.rotate') && (
            <Button
              size="small"
              icon={<RefreshCcw className="size-4" aria-hidden />}
              onClick={() => setAsking(true)}
            >
              Rotate them
            </Button>
          )
        }
      >
        <Facts
          rows={[
            ['Organization', formatNumber(ownerKeys.organization)],
            ['Members', formatNumber(ownerKeys.members)],
            ['Agents', formatNumber(ownerKeys.agents)],
            [
              'Former',
              ownerKeys.former === 0
                ? 'none'
                : `${formatNumber(ownerKeys.former)}, kept for an hour after they were replaced`,
            ],
          ]}
        />
        {!may('vault.rotate') && <p className="mt-3 text-sm text-soft">Only owners rotate keys.</p>}
      </Section>
      <MasterKeySection status={status.data} />
      <Section title="Rotations" flush>
        <RotationList rotations={rotations} />
      </Section>
      <ConfirmDialog
        open={asking}
        onOpen={setAsking}
        title="Rotate the owner keys?"
        action="Rotate"
        danger={false}
        onConfirm={async () => {
          await api.keys.rotate();
          await client.invalidateQueries({ queryKey: orpc.keys.key() });
          tellDone('The rotation has begun');
        }}
      >
        Each key of this organization is replaced, and what it seals is sealed anew. Everything goes
        on meanwhile. An hour later the former keys are destroyed.
      </ConfirmDialog>
    </>
  );
}
