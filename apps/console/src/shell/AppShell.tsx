import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { Outlet, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';

import { LiveProvider } from './live.tsx';
import { navigationEntries } from './navigation.ts';
import { PageSkeleton } from './PageSkeleton.tsx';
import { PhoneBar } from './PhoneBar.tsx';
import { useShortcuts } from './shortcuts.ts';
import { Sidebar } from './Sidebar.tsx';
import { ToastList } from './ToastList.tsx';
import { TopBar } from './TopBar.tsx';

const CommandPalette = lazy(async () => {
  const { CommandPalette: component } = await import('./CommandPalette.tsx');
  return { default: component };
});
const ShortcutsSheet = lazy(async () => {
  const { ShortcutsSheet: component } = await import('./ShortcutsSheet.tsx');
  return { default: component };
});

/** What stands around every page. */
export function AppShell() {
  const router = useRouter();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useShortcuts(
    useMemo(
      () => ({
        '?': () => setHelp(true),
        '/': () => document.querySelector<HTMLElement>('main [data-search]')?.focus(),
        ...Object.fromEntries(
          navigationEntries.map(({ to, key }) => [`g ${key}`, () => void router.navigate({ to })]),
        ),
      }),
      [router],
    ),
  );
  usePaletteKey(() => setPalette((open) => !open));
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={400}>
        <LiveProvider>
          <a
            href="#main"
            className="sr-only z-50 rounded-lg bg-accent-fill px-4 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
          >
            Skip to the page
          </a>
          <div className="md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]">
            <aside className="sticky top-0 hidden h-dvh overflow-y-auto border-r border-line bg-surface backdrop-blur-md md:block">
              <Sidebar />
            </aside>
            <div className="min-w-0 pb-20 md:pb-8">
              <TopBar onPalette={() => setPalette(true)} onHelp={() => setHelp(true)} />
              <main id="main">
                <Suspense fallback={<PageSkeleton />}>
                  <Outlet />
                </Suspense>
              </main>
            </div>
          </div>
          <PhoneBar />
          <Suspense>
            {palette && <CommandPalette open onOpen={setPalette} />}
            {help && <ShortcutsSheet open onOpen={setHelp} />}
          </Suspense>
          <ToastList />
        </LiveProvider>
      </Tooltip.Provider>
    </CSPProvider>
  );
}

/** ⌘K or Ctrl K, also while typing. */
function usePaletteKey(toggle: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== 'k' ||
        !(event.metaKey || event.ctrlKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      toggle();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  });
}
