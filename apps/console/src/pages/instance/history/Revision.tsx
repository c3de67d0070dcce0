import type { RevisionView } from '@plugboard/contracts/api';
import {
  ArchiveRestore,
  ChevronDown,
  CircleArrowUp,
  FileCheck,
  GitMerge,
  type LucideIcon,
  PackagePlus,
  RotateCcw,
  SlidersHorizontal,
} from 'lucide-react';
import { useState } from 'react';

import { useMay } from '../../../shell/use-me.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { plural } from '../../../ui/format.ts';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { visibleText } from '../../../ui/Untrusted.tsx';
import { RevisionChanges } from './RevisionChanges.tsx';

const reasons: Readonly<Record<RevisionView['reason'], readonly [string, LucideIcon]>> = {
  installed: ['Installed', PackagePlus],
  updated: ['Updated', CircleArrowUp],
  configured: ['Configured', SlidersHorizontal],
  inherited: ['Inherited settings', GitMerge],
  rolled_back: ['Rolled back', RotateCcw],
  applied: ['Applied from a lock file', FileCheck],
  restored: ['Restored', ArchiveRestore],
};

export interface RevisionProps {
  readonly instanceId: string;
  readonly revision: RevisionView;
  /** Who made it, where that is known. */
  readonly by: string | undefined;
  readonly onRollBack: () => void;
}

/** One revision: why there is it, what it changed, and the way back to it. */
export function Revision({ instanceId, revision, by, onRollBack }: RevisionProps) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [words, Icon] = reasons[revision.reason];
  const { added, removed, changed } = revision.offerings;
  const settings = revision.changed.length + revision.secretsChanged.length;
  return (
    <li className="flex gap-3 px-4 py-3 sm:px-5">
      <span
        className={`mt-0.5 grid size-8 shrink-0 place-items-center rounded-full ${revision.current ? 'bg-accent-soft text-accent' : 'bg-sunken text-soft'}`}
      >
        <Icon className="size-4" aria-hidden />
      </span>
      <div className="min-w-0 flex-1 text-sm">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">{words}</span>
          <span className="text-faint tabular-nums">revision {revision.revision}</span>
          {revision.current && <Badge tone="accent">now</Badge>}
          <bdi className="text-soft tabular-nums">{visibleText(revision.version)}</bdi>
        </div>
        <p className="text-xs text-faint">
          <RelativeTime at={revision.at} />
          {' by '}
          <bdi>
            {revision.memberId === undefined ? 'Plugboard' : visibleText(by ?? 'a former member')}
          </bdi>
        </p>
        {revision.note !== undefined && (
          <p className="mt-1 [overflow-wrap:anywhere] text-soft">
            <bdi>“{visibleText(revision.note)}”</bdi>
          </p>
        )}
        <div className="mt-1.5 flex flex-wrap items-center gap-1.5">
          {settings > 0 && <Badge>{plural(settings, 'setting')} changed</Badge>}
          {added > 0 && <Badge tone="good">{plural(added, 'tool')} added</Badge>}
          {changed > 0 && <Badge tone="accent">{plural(changed, 'tool')} changed</Badge>}
          {removed > 0 && <Badge tone="bad">{plural(removed, 'tool')} removed</Badge>}
        </div>
        {open && <RevisionChanges instanceId={instanceId} revision={revision} />}
      </div>
      <div className="flex shrink-0 flex-col items-end gap-1.5 sm:flex-row sm:items-start">
        {revision.revision > 1 && (
          <Button
            size="small"
            variant="quiet"
            aria-expanded={open}
            aria-label={`Changes of revision ${revision.revision}`}
            icon={<ChevronDown className={`size-4 ${open ? 'rotate-180' : ''}`} aria-hidden />}
            onClick={() => setOpen(!open)}
          >
            Changes
          </Button>
        )}
        {!revision.current && revision.kept && may('version.roll_back') && (
          <Button
            size="small"
            aria-label={`Go back to revision ${revision.revision}`}
            onClick={onRollBack}
          >
            Go back
          </Button>
        )}
      </div>
    </li>
  );
}
