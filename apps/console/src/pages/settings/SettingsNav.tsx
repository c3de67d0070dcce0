import { Link } from '@tanstack/react-router';

import { classNames } from '../../ui/class-names.ts';
import type { partEntries, PartName } from './settings-parts.ts';

export interface SettingsNavProps {
  readonly entries: typeof partEntries;
  readonly current: PartName;
}

/** The parts of the settings: a column beside them, and a row above them on phones. */
export function SettingsNav({ entries, current }: SettingsNavProps) {
  return (
    <nav aria-label="Settings" className="min-w-0 lg:sticky lg:top-20 lg:self-start">
      <ul className="flex gap-1 overflow-x-auto pb-1 lg:flex-col lg:overflow-visible">
        {entries.map(({ name, label, icon: Icon }) => (
          <li key={name}>
            <Link
              to="/settings"
              search={{ part: name }}
              replace
              aria-current={name === current ? 'page' : undefined}
              className={classNames(
                'flex h-9 items-center gap-2 rounded-lg px-3 text-sm whitespace-nowrap',
                name === current
                  ? 'bg-accent-soft font-medium text-accent'
                  : 'text-soft hover:bg-hover hover:text-ink',
              )}
            >
              <Icon className="size-4 shrink-0" aria-hidden />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
