import { Link } from '@tanstack/react-router';
import { Menu } from 'lucide-react';
import { useState } from 'react';

import { Dialog } from '../ui/Dialog.tsx';
import { navigationEntries } from './navigation.ts';
import { Sidebar } from './Sidebar.tsx';

const look =
  'flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-[11px] text-soft aria-[current=page]:text-accent';

/** The way around on a phone: the first rooms, and all others behind "More". */
export function PhoneBar() {
  const [open, setOpen] = useState(false);
  return (
    <div className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] md:hidden">
      <nav aria-label="Main" className="flex">
        {navigationEntries
          .filter((entry) => entry.first === true)
          .map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className={look}
            >
              <Icon className="size-5" aria-hidden />
              {label}
            </Link>
          ))}
        <button type="button" className={look} onClick={() => setOpen(true)} aria-haspopup="dialog">
          <Menu className="size-5" aria-hidden />
          More
        </button>
      </nav>
      <Dialog open={open} onOpen={setOpen} title="All pages">
        <Sidebar onLeave={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}
