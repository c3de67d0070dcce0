import type { Instance } from '@plugboard/contracts/api';
import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { readError } from '../../api/errors.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { plural } from '../../ui/format.ts';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted, visibleText } from '../../ui/Untrusted.tsx';

export interface BulkUpdateDialogProps {
  readonly instances: readonly Instance[];
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

interface Outcome {
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  readonly message: string;
}

/** Updates instances one after the other. One that would take tools from agents is left as it is. */
export function BulkUpdateDialog({ instances: given, open, onOpen }: BulkUpdateDialogProps) {
  const client = useQueryClient();
  // What was asked about stays, though those that are updated need none any more.
  const [instances] = useState(given);
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>();
  const put = (id: string, outcome: Outcome) =>
    setOutcomes((before) => new Map(before).set(id, outcome));
  const update = async () => {
    setOutcomes(new Map(instances.map(({ id }) => [id, { status: 'waiting', message: '' }])));
    for (const { id } of instances) put(id, await updateOne(id, put));
    void client.invalidateQueries({ queryKey: orpc.instances.key() });
  };
  const list = [...(outcomes?.values() ?? [])];
  const isRunning = list.some(({ status }) => status === 'waiting' || status === 'running');
  const isOver = outcomes !== undefined && !isRunning;
  return (
    <Dialog
      open={open}
      onOpen={(next) => (isRunning ? undefined : onOpen(next))}
      title={`Update ${plural(instances.length, 'instance')}?`}
      about="Each to its newest compatible version. One that fails goes back by itself, and what would take tools from agents is not updated here."
      footer={
        isOver ? (
          <Button variant="primary" onClick={() => onOpen(false)}>
            Close
          </Button>
        ) : (
          <>
            <Button onClick={() => onOpen(false)} disabled={isRunning}>
              Cancel
            </Button>
            <Button variant="primary" busy={isRunning} onClick={() => void update()}>
              Update
            </Button>
          </>
        )
      }
    >
      <ul className="divide-y divide-line text-sm">
        {instances.map((instance) => {
          const outcome = outcomes?.get(instance.id);
          return (
            <li key={instance.id} className="flex flex-wrap items-center gap-x-3 py-2">
              <OutcomeIcon outcome={outcome} />
              <TextLink
                to="/instances/$instance"
                params={{ instance: instance.slug }}
                search={{ tab: 'updates' }}
                className="min-w-0 flex-1 truncate font-medium"
              >
                {instance.slug}
              </TextLink>
              <bdi className="text-xs text-soft tabular-nums">{visibleText(instance.version)}</bdi>
              {outcome !== undefined && outcome.message !== '' && (
                <Untrusted
                  className={`w-full pl-7 text-xs ${outcome.status === 'failed' ? 'text-bad' : 'text-faint'}`}
                >
                  {outcome.message}
                </Untrusted>
              )}
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}

async function updateOne(
  id: string,
  put: (id: string, outcome: Outcome) => void,
): Promise<Outcome> {
  try {
    put(id, { status: 'running', message: 'Beginning' });
    for await (const event of await api.versions.update({ instance: id, allowBreaking: false })) {
      if (event.type === 'done') return { status: 'done', message: `Now ${event.version}` };
      put(id, { status: 'running', message: event.message });
    }
    return { status: 'failed', message: 'The answer ended before its end. Open it to see.' };
  } catch (error) {
    return { status: 'failed', message: readError(error).message };
  }
}

function OutcomeIcon({ outcome }: { readonly outcome: Outcome | undefined }) {
  if (outcome?.status === 'running')
    return <LoaderCircle className="size-4 animate-spin text-accent" aria-label="updating" />;
  if (outcome?.status === 'done')
    return <CircleCheck className="size-4 text-good" aria-label="updated" />;
  if (outcome?.status === 'failed')
    return <CircleAlert className="size-4 text-bad" aria-label="failed" />;
  return <span className="size-4 rounded-full border border-line-strong" aria-hidden />;
}
