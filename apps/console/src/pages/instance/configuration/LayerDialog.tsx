import type { DescribedConfiguration, InheritEvent, LayerView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../../api/client.ts';
import { useRun } from '../../../api/use-run.ts';
import { isObject, isSecret, propertiesOf } from '../../../forms/json-schema.ts';
import { SchemaForm } from '../../../forms/SchemaForm.tsx';
import { tellDone } from '../../../shell/toast-manager.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Problem } from '../../../ui/ErrorState.tsx';
import { RunSteps } from '../../../ui/RunSteps.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { SettingChanges } from './SettingChanges.tsx';

export interface LayerDialogProps {
  readonly server: string;
  readonly environment: LayerView['environment'];
  readonly layer: LayerView | undefined;
  readonly described: DescribedConfiguration;
  readonly onClose: () => void;
}

type Inherited = Extract<InheritEvent, { type: 'done' }>;

/** Changes what all instances of a server inherit in an environment: planned first, then done. */
export function LayerDialog({ server, environment, layer, described, onClose }: LayerDialogProps) {
  const client = useQueryClient();
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>(
    layer?.settings.values ?? {},
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- values are what the form made of the schema; the server checks them
  const settings = { ...layer?.settings, values } as LayerView['settings'];
  const input = { server, environment, settings };
  const plan = useMutation({
    mutationFn: () => api.configuration.layers.plan(input),
    onError: () => undefined,
  });
  const run = useRun<Inherited>({ goesOn: true });
  const isRunning = run.status === 'running';
  const secrets = new Set(
    Object.entries(propertiesOf(described.schema))
      .filter(([, property]) => isObject(property) && isSecret(property))
      .map(([key]) => key),
  );
  const save = async () => {
    const done = await run.start((signal) => api.configuration.layers.put(input, { signal }));
    void client.invalidateQueries({ queryKey: orpc.configuration.key() });
    void client.invalidateQueries({ queryKey: orpc.instances.key() });
    if (done === undefined || done.instances.some(({ outcome }) => outcome === 'went_back')) return;
    tellDone(`The layer ${environment} is saved`);
    onClose();
  };
  const problems = plan.data?.problems ?? [];
  const backs = run.done?.instances.filter(({ outcome }) => outcome === 'went_back') ?? [];
  return (
    <Dialog
      open
      onOpen={() => !isRunning && onClose()}
      title={`The layer ${environment}`}
      about="What is set here holds for every instance of this server there that sets nothing of its own. Secrets are in no layer."
      footer={
        <>
          <Button disabled={isRunning} busy={plan.isPending} onClick={() => plan.mutate()}>
            See what changes
          </Button>
          <Button
            variant="primary"
            busy={isRunning}
            disabled={plan.data === undefined || problems.length > 0}
            onClick={() => void save()}
          >
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        <SchemaForm
          schema={described.schema}
          without={secrets}
          value={values}
          onValue={(next) => {
            setValues(next);
            plan.reset();
          }}
        />
        <Problem error={plan.error} />
        {problems.length > 0 && (
          <ul role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-bad">
            {problems.map(({ key, message }) => (
              <li key={`${key} ${message}`}>
                <bdi>{visibleText(message)}</bdi>
              </li>
            ))}
          </ul>
        )}
        {plan.data !== undefined && plan.data.instances.length === 0 && (
          <p className="text-soft">No instance would change.</p>
        )}
        {plan.data?.instances.map(({ instance, toolbox, changes, restarts }) => (
          <section key={instance.id}>
            <h3 className="mb-1.5 font-medium">
              {instance.slug} <span className="text-faint">in {toolbox}</span>
              {restarts && <span className="text-faint">, starts anew</span>}
            </h3>
            <SettingChanges changes={changes} />
          </section>
        ))}
        <RunSteps run={run} label="Saving" />
        {backs.map(({ slug, message }) => (
          <p key={slug} role="alert" className="text-bad">
            {slug} has its former configuration again
            {message !== undefined && <bdi>: {visibleText(message)}</bdi>}
          </p>
        ))}
      </div>
    </Dialog>
  );
}
