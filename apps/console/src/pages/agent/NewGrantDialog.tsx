import { type Level, levels } from '@plugboard/contracts';
import type { Agent, GrantChange } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { type Duration, endOf, ExpirySelect } from '../../access/ExpirySelect.tsx';
import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Combobox } from '../../ui/Combobox.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { aboutLevel } from '../../ui/LevelBadge.tsx';
import { SegmentedControl } from '../../ui/SegmentedControl.tsx';
import { Select } from '../../ui/Select.tsx';

export interface NewGrantDialogProps {
  readonly agent: Agent;
  readonly onClose: () => void;
  readonly onGrant: (change: GrantChange, words: string) => void;
}

/** Allows the agent something, or forbids it. */
export function NewGrantDialog({ agent, onClose, onGrant }: NewGrantDialogProps) {
  const [effect, setEffect] = useState<'allow' | 'deny'>('allow');
  const [place, setPlace] = useState<string>();
  const [tool, setTool] = useState<string>();
  const [level, setLevel] = useState<Level>('read');
  const [duration, setDuration] = useState<Duration>('always');
  const matrix = useQuery(orpc.access.matrix.queryOptions());
  const instance = matrix.data?.instances.find(({ id }) => id === place);
  const toolbox = matrix.data?.toolboxes.find(({ id }) => id === place);
  const offerings = useQuery({
    ...orpc.offerings.list.queryOptions({ input: { instance: instance?.slug ?? '' } }),
    enabled: instance !== undefined,
  });
  const offering = offerings.data?.offerings.find(({ kind, name }) => `${kind} ${name}` === tool);

  const grant = () => {
    const expiresAt = endOf(duration);
    const about = {
      agent: agent.id,
      level: offering && effect === 'allow' ? offering.level : level,
      effect,
      ...(expiresAt !== undefined && { expiresAt }),
    };
    const verb = effect === 'allow' ? 'Granted' : 'Forbade';
    if (toolbox) {
      onGrant(
        { ...about, target: { scope: 'toolbox', toolbox: toolbox.id } },
        `${verb} ${level} on all of ${toolbox.slug}`,
      );
    } else if (instance) {
      onGrant(
        {
          ...about,
          target: offering
            ? {
                scope: 'offering',
                instance: instance.id,
                kind: offering.kind,
                name: offering.name,
              }
            : { scope: 'instance', instance: instance.id },
        },
        offering ? `${verb} ${offering.name}` : `${verb} ${level} on ${instance.slug}`,
      );
    }
    onClose();
  };

  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      title="New grant"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={!toolbox && !instance} onClick={grant}>
            {effect === 'allow' ? 'Grant it' : 'Forbid it'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <SegmentedControl
          label="Allow or forbid"
          value={effect}
          onValue={setEffect}
          options={[
            { value: 'allow', label: 'Allow' },
            { value: 'deny', label: 'Forbid' },
          ]}
        />
        <Field label="On">
          <Combobox
            label="On"
            placeholder="A toolbox or a server"
            value={place}
            onValue={(next) => {
              setPlace(next);
              setTool(undefined);
            }}
            options={[
              ...(matrix.data?.toolboxes ?? []).map(({ id, slug, environment }) => ({
                value: id,
                label: `All of ${slug}`,
                about: `toolbox, ${environment}`,
              })),
              ...(matrix.data?.instances ?? []).map(({ id, slug, title }) => ({
                value: id,
                label: slug,
                about: title,
              })),
            ]}
          />
        </Field>
        {instance && (
          <Field label="Which of its tools">
            <Combobox
              label="Which of its tools"
              value={tool ?? ''}
              onValue={(next) => setTool(next || undefined)}
              options={[
                { value: '', label: 'All up to a level' },
                ...(offerings.data?.offerings ?? []).map(({ kind, name, level: needs }) => ({
                  value: `${kind} ${name}`,
                  label: name,
                  about: `${kind.replace('_', ' ')}, needs ${needs}`,
                })),
              ]}
            />
          </Field>
        )}
        {!offering && (
          <Field
            label={effect === 'allow' ? 'Up to the level' : 'From the level on'}
            about={aboutLevel(level)}
          >
            <Select<Level>
              value={level}
              onValue={setLevel}
              options={levels.map((each) => ({
                value: each,
                label: each,
                about: aboutLevel(each),
              }))}
            />
          </Field>
        )}
        <Field label="It holds">
          <ExpirySelect value={duration} onValue={setDuration} />
        </Field>
      </div>
    </Dialog>
  );
}
