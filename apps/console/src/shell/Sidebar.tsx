import { Link } from '@tanstack/react-router';

import { Brand } from './Brand.tsx';
import { navigation } from './navigation.ts';
import { useMay } from './use-me.ts';

/** The rooms of the console. */
export function Sidebar({ onLeave }: { readonly onLeave?: () => void }) {
  const may = useMay();
  return (
    <nav aria-label="Main" className="flex flex-col gap-4 px-3 py-4">
      <Link to="/" className="rounded-lg px-2 py-1" onClick={onLeave}>
        <Brand />
      </Link>
      {navigation.map((group) => (
        <div key={group.label ?? 'first'}>
          {group.label !== undefined && (
            <h2 className="px-2 pb-1 text-xs font-medium text-faint">{group.label}</h2>
          )}
          <ul>
            {group.entries
              .filter((entry) => entry.needs === undefined || may(entry.needs))
              .map(({ to, label, icon: Icon }) => (
                <li key={to}>
                  <Link
                    to={to}
                    onClick={onLeave}
                    activeOptions={{ exact: to === '/', includeSearch: false }}
                    className="flex h-8.5 items-center gap-2.5 rounded-lg px-2 text-sm text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent"
                  >
                    <Icon className="size-4.5 shrink-0" aria-hidden />
                    {label}
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
