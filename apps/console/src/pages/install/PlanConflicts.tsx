import type { InstallConflict } from '@plugboard/contracts/api';
import { CircleAlert, TriangleAlert } from 'lucide-react';

import { classNames } from '../../ui/class-names.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** Where the wizard has what the plan's own words name as options of the command line. */
const cures: Partial<Record<InstallConflict['code'], string>> = {
  slug_taken: 'Give it another name, under “Where it goes”.',
  tool_name_clash: 'Give it another name, under “Where it goes”.',
  scripts_not_approved:
    'If it does not work without them, let them run below: they run in the sandbox.',
  secret_missing: 'Give it in the step Credentials.',
};

/** What stands in the way, or is to be known before, each with what helps. */
export function PlanConflicts({ conflicts }: { readonly conflicts: readonly InstallConflict[] }) {
  if (conflicts.length === 0) return null;
  return (
    <ul aria-label="What to know first" className="flex flex-col gap-2">
      {conflicts.map(({ code, severity, message, cure, subject }) => {
        const isError = severity === 'error';
        const Icon = isError ? CircleAlert : TriangleAlert;
        return (
          <li
            key={`${code} ${subject ?? ''} ${message}`}
            className={classNames(
              'flex gap-2.5 rounded-lg px-3.5 py-2.5 text-sm',
              isError ? 'bg-bad-soft' : 'bg-warn-soft',
            )}
          >
            <Icon
              className={classNames('mt-1 size-4 shrink-0', isError ? 'text-bad' : 'text-warn')}
              aria-hidden
            />
            <span className="min-w-0">
              <span className={classNames('font-medium', isError ? 'text-bad' : 'text-warn')}>
                <span className="sr-only">{isError ? 'In the way: ' : 'To know: '}</span>
                <Untrusted>{withoutOptions(message)}</Untrusted>
              </span>
              <span className="block">
                <Untrusted>{cures[code] ?? withoutOptions(cure)}</Untrusted>
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Options of the command line are of no use here. */
function withoutOptions(text: string): string {
  return text.replaceAll(/ \(--[^)]*\)/g, '');
}
