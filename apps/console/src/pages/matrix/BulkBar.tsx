import { levels } from '@plugboard/contracts';
import { X } from 'lucide-react';

import type { Setting } from '../../access/grant-changes.ts';
import { Button } from '../../ui/Button.tsx';
import { plural } from '../../ui/format.ts';
import { IconButton } from '../../ui/IconButton.tsx';

export interface BulkBarProps {
  readonly cells: number;
  readonly agents: number;
  readonly servers: number;
  readonly onSet: (setting: Setting) => void;
  readonly onClear: () => void;
}

/** For several cells at once. */
export function BulkBar({ cells, agents, servers, onSet, onClear }: BulkBarProps) {
  return (
    <div
      role="toolbar"
      aria-label="Chosen cells"
      className="glass-high fixed bottom-20 left-1/2 z-30 flex max-w-[94vw] -translate-x-1/2 flex-wrap items-center gap-2 rounded-xl px-3 py-2 text-sm md:bottom-6"
    >
      <span className="pr-1 font-medium tabular-nums">{plural(cells, 'cell')}</span>
      <span className="pr-2 text-xs text-faint">
        {plural(agents, 'agent')} × {plural(servers, 'server')}
      </span>
      {(['none', ...levels, 'forbidden'] as const).map((setting) => (
        <Button
          key={setting}
          size="small"
          variant={setting === 'forbidden' ? 'danger' : 'secondary'}
          onClick={() => onSet(setting)}
        >
          {setting === 'forbidden' ? 'forbid' : setting}
        </Button>
      ))}
      <IconButton
        size="icon-small"
        label="Choose nothing"
        icon={<X className="size-4" aria-hidden />}
        onClick={onClear}
      />
    </div>
  );
}
