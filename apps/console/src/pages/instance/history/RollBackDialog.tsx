import type { Instance, InstanceChangedEvent } from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { useRun } from '../../../api/use-run.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Button } from '../../../ui/Button.tsx';
import { CheckboxField } from '../../../ui/CheckboxField.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { RunSteps } from '../../../ui/RunSteps.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { DiffView } from './RevisionChanges.tsx';
import { rereadInstance, undoRevision } from './undo-revision.ts';

export interface RollBackDialogProps {
  readonly instance: Instance;
  /** The revision that is in force. */
  readonly from: number;
  readonly to: number;
  readonly onClose: () => void;
}

type Changed = Extract<InstanceChangedEvent, { type: 'done' }>;

/** Shows what going back to a revision changes, and does it. */
export function RollBackDialog({ instance, from, to, onClose }: RollBackDialogProps) {
  const client = useQueryClient();
  const [keepSecrets, setKeepSecrets] = useState(true);
  const diff = useQuery(
    orpc.versions.diff.queryOptions({ input: { instance: instance.id, from, to } }),
  );
  const run = useRun<Changed>({ goesOn: true });
  const isRunning = run.status === 'running';
  const start = async () => {
    const changed = await run.start((signal) =>
      api.versions.rollback({ instance: instance.id, revision: to, keepSecrets }, { signal }),
    );
    if (changed === undefined) return;
    rereadInstance(client);
    tellDone(`${instance.slug} is what it was at revision ${to}`, () =>
      undoRevision(client, instance, from),
    );
    onClose();
  };
  return (
    <Dialog
      open
      onOpen={() => !isRunning && onClose()}
      title={`Go back to revision ${to}?`}
      about="It starts anew as it was then. If it does not start, it stays what it is now."
      footer={
        <>
          <Button disabled={isRunning} onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" busy={isRunning} onClick={() => void start()}>
            Go back
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        {diff.isPending && <Skeleton className="h-24" />}
        {diff.isError && <ErrorState error={diff.error} />}
        {diff.data !== undefined && <DiffView diff={diff.data} />}
        {(diff.data?.secretsChanged.length ?? 0) > 0 && (
          <CheckboxField
            checked={keepSecrets}
            onChecked={setKeepSecrets}
            label="Keep the secrets of now"
            about="Those of then may have been renewed since."
          />
        )}
        <RunSteps run={run} label="Going back" />
      </div>
    </Dialog>
  );
}
