import type { AccessDecision } from '@plugboard/contracts/api';
import { Ban, Check } from 'lucide-react';

import { Badge } from '../ui/Badge.tsx';
import { LevelBadge } from '../ui/LevelBadge.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { SegmentedControl } from '../ui/SegmentedControl.tsx';
import { Untrusted } from '../ui/Untrusted.tsx';
import type { RuledTool, ToolRule } from './tool-rules.ts';

export interface ToolRowProps {
  readonly tool: AccessDecision;
  readonly ruled: RuledTool;
  /** Absent where nothing may be changed. */
  readonly onRule: ((rule: ToolRule) => void) | undefined;
}

/** A tool, whether it may be used, why, and what is said of it alone. */
export function ToolRow({ tool, ruled, onRule }: ToolRowProps) {
  const { kind, name, level, allowed, explanation } = tool;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-2.5 [contain-intrinsic-size:auto_4rem] [content-visibility:auto]">
      <span className="min-w-0 flex-1 basis-48">
        <span className="flex min-w-0 items-center gap-2">
          {allowed ? (
            <Check className="size-4 shrink-0 text-good" aria-label="allowed" />
          ) : (
            <Ban className="size-4 shrink-0 text-faint" aria-label="not allowed" />
          )}
          <Untrusted className="min-w-0 truncate text-sm font-medium">{name}</Untrusted>
          <LevelBadge level={level} />
          {kind !== 'tool' && <Badge>{kind.replace('_', ' ')}</Badge>}
        </span>
        <span className="block pl-6 text-xs leading-5 text-soft">
          {explanation}
          {ruled.expiresAt !== undefined && (
            <>
              {' · ends '}
              <RelativeTime at={ruled.expiresAt} />
            </>
          )}
        </span>
      </span>
      {onRule && (
        <SegmentedControl<ToolRule>
          label={`Rule for ${name}`}
          value={ruled.rule}
          onValue={(rule) => rule !== ruled.rule && onRule(rule)}
          options={[
            { value: 'above', label: 'By level', title: 'As its server and toolbox are granted' },
            { value: 'allow', label: 'Allow', title: 'This tool, whatever the level' },
            { value: 'deny', label: 'Forbid', title: 'This tool, whatever else allows it' },
          ]}
        />
      )}
    </li>
  );
}
