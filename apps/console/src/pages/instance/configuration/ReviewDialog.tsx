import type {
  ConfigurationChange,
  ConfigurationTestEvent,
  ConfigureEvent,
  Instance,
} from '@plugboard/contracts/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FlaskConical, RotateCw } from 'lucide-react';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { useRun } from '../../../api/use-run.ts';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Field } from '../../../ui/Field.tsx';
import { RunSteps } from '../../../ui/RunSteps.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { TextInput } from '../../../ui/TextInput.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { undoRevision } from '../history/undo-revision.ts';
import { SettingChanges } from './SettingChanges.tsx';
import { TestOutcome } from './TestOutcome.tsx';

export interface ReviewDialogProps {
  readonly instance: Instance;
  /** What is in force now, to come back to. */
  readonly revision: number;
  readonly change: ConfigurationChange;
  readonly onClose: () => void;
}

type Tested = Extract<ConfigurationTestEvent, { type: 'done' }>;
type Saved = Extract<ConfigureEvent, { type: 'done' }>;

/** What a change would do: to be tried, and to be saved. */
export function ReviewDialog({ instance, revision, change, onClose }: ReviewDialogProps) {
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const input = { instance: instance.id, ...change };
  const plan = useQuery(
    orpc.configuration.plan.queryOptions({ input, staleTime: 0, gcTime: 0, retry: false }),
  );
  const test = useRun<Tested>();
  const save = useRun<Saved>({ goesOn: true });
  const isSaving = save.status === 'running';
  const problems = plan.data?.problems ?? [];
  const run = async () => {
    const trimmed = note.trim();
    const saved = await save.start((signal) =>
      api.configuration.configure(
        { ...input, ...(trimmed !== '' && { note: trimmed }) },
        { signal },
      ),
    );
    if (saved === undefined) return;
    await client.invalidateQueries({ queryKey: orpc.configuration.key() });
    void client.invalidateQueries({ queryKey: orpc.instances.key() });
    tellDone(`Saved as revision ${saved.configuration.revision}`, () =>
      undoRevision(client, instance, revision),
    );
    onClose();
  };
  return (
    <Dialog
      open
      onOpen={() => !isSaving && onClose()}
      title="Review changes"
      about={
        plan.data && (
          <span className="flex items-center gap-1.5">
            {plan.data.restarts && <RotateCw className="size-3.5" aria-hidden />}
            {plan.data.restarts
              ? 'It starts anew with them. If it does not start, it goes back by itself.'
              : 'It goes on running.'}
          </span>
        )
      }
      footer={
        <>
          <Button
            icon={<FlaskConical className="size-4" aria-hidden />}
            busy={test.status === 'running'}
            disabled={isSaving || problems.length > 0 || plan.data === undefined}
            onClick={() => void test.start((signal) => api.configuration.test(input, { signal }))}
          >
            Test first
          </Button>
          <Button
            variant="primary"
            busy={isSaving}
            disabled={problems.length > 0 || plan.data === undefined || test.status === 'running'}
            onClick={() => void run()}
          >
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {plan.isPending && <Skeleton className="h-32" />}
        {plan.isError && <ErrorState error={plan.error} onRetry={() => void plan.refetch()} />}
        {problems.length > 0 && (
          <ul role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-sm text-bad">
            {problems.map(({ key, message }) => (
              <li key={`${key} ${message}`}>
                <bdi>{visibleText(message)}</bdi>
              </li>
            ))}
          </ul>
        )}
        {plan.data !== undefined &&
          (plan.data.changes.length > 0 ? (
            <SettingChanges changes={plan.data.changes} />
          ) : (
            <p className="text-sm text-soft">Nothing in force would be different.</p>
          ))}
        <RunSteps run={test} label="The test" />
        {test.done !== undefined && <TestOutcome tested={test.done} />}
        {plan.data !== undefined && (
          <Field label="Note" about="Why, for the history. May be left empty.">
            <TextInput
              value={note}
              maxLength={500}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          </Field>
        )}
        <RunSteps run={save} label="Saving" />
      </div>
    </Dialog>
  );
}
