import { type Level, levels } from '@plugboard/contracts';
import type { Instance, OfferingView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';

import { api, orpc } from '../../../api/client.ts';
import { readError } from '../../../api/errors.ts';
import { tellDone, tellFailed } from '../../../shell/toast-manager.ts';
import { useMay } from '../../../shell/use-me.ts';
import { IconButton } from '../../../ui/IconButton.tsx';
import { aboutLevel, LevelBadge } from '../../../ui/LevelBadge.tsx';
import { Select } from '../../../ui/Select.tsx';

export interface LevelChoiceProps {
  readonly instance: Instance;
  readonly offering: OfferingView;
}

/** The level that a tool needs, and another one in its place for who may say so. */
export function LevelChoice({ instance, offering }: LevelChoiceProps) {
  const may = useMay();
  const client = useQueryClient();
  const { kind, name } = offering;
  const target = { instance: instance.id, kind, name };
  const key = orpc.offerings.list.queryKey({ input: { instance: instance.id } });
  const put = (changed: OfferingView) =>
    client.setQueryData(key, (known) =>
      known === undefined
        ? known
        : {
            ...known,
            offerings: known.offerings.map((each) =>
              each.kind === kind && each.name === name ? { ...each, ...changed } : each,
            ),
          },
    );
  /** Null: as its annotations ask. */
  const set = useMutation({
    mutationFn: (level: Level | null) =>
      level === null
        ? api.offerings.resetLevel(target)
        : api.offerings.setLevel({ ...target, level }),
    onMutate(level) {
      put({
        ...offering,
        level: level ?? offering.declaredLevel,
        overridden: level !== null,
      });
      return { before: offering.overridden ? offering.level : null };
    },
    onSuccess(changed, _level, { before }) {
      put(changed);
      void client.invalidateQueries({ queryKey: orpc.offerings.definition.key() });
      void client.invalidateQueries({ queryKey: orpc.access.key() });
      tellDone(`${name} needs ${changed.level}`, () => set.mutate(before));
    },
    onError(error) {
      tellFailed(readError(error).message);
      void client.invalidateQueries({ queryKey: orpc.offerings.key() });
    },
  });
  if (!may('level.set')) return <LevelBadge level={offering.level} />;
  return (
    <span className="flex items-center gap-1.5">
      <Select
        label={`Level of ${name}`}
        className="!h-8 !w-32"
        value={offering.level}
        onValue={(level) => level !== offering.level && set.mutate(level)}
        options={levels.map((level) => ({
          value: level,
          label: level,
          about:
            level === offering.declaredLevel
              ? `${aboutLevel(level)}. As it says`
              : aboutLevel(level),
        }))}
      />
      {offering.overridden && (
        <IconButton
          size="icon-small"
          label={`Back to ${offering.declaredLevel}, as ${name} says of itself`}
          icon={<RotateCcw className="size-4" aria-hidden />}
          onClick={() => set.mutate(null)}
        />
      )}
    </span>
  );
}
