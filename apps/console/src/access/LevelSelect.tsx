import { levels } from '@plugboard/contracts';

import type { CellView, Setting } from './grant-changes.ts';
import { aboutLevel } from '../ui/LevelBadge.tsx';
import { Select } from '../ui/Select.tsx';

export interface LevelSelectProps {
  readonly label: string;
  readonly view: CellView;
  readonly onSetting: (setting: Setting) => void;
  readonly className?: string;
}

/** The level of one place, where a grid has no room. */
export function LevelSelect({ label, view, onSetting, className = 'w-32' }: LevelSelectProps) {
  const { own, inherited, forbiddenFrom } = view;
  const now: Setting = forbiddenFrom === 'read' ? 'forbidden' : (own ?? 'none');
  return (
    <Select<Setting>
      label={label}
      className={className}
      value={now}
      onValue={(setting) => setting !== now && onSetting(setting)}
      options={[
        {
          value: 'none',
          label: inherited === null ? 'none' : `none (${inherited})`,
          about: inherited === null ? 'No tool of it' : `Only what its toolbox gives: ${inherited}`,
        },
        ...levels.map((level) => ({ value: level, label: level, about: aboutLevel(level) })),
        { value: 'forbidden', label: 'forbidden', about: 'Whatever else allows it' },
      ]}
    />
  );
}
