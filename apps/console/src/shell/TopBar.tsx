import { CircleHelp, Search } from 'lucide-react';

import { Button } from '../ui/Button.tsx';
import { IconButton } from '../ui/IconButton.tsx';
import { KeyHint } from '../ui/KeyHint.tsx';
import { AccountMenu } from './AccountMenu.tsx';
import { Brand } from './Brand.tsx';
import { useLiveState } from './live.tsx';

export interface TopBarProps {
  readonly onPalette: () => void;
  readonly onHelp: () => void;
}

const isMac = navigator.platform.startsWith('Mac');

export function TopBar({ onPalette, onHelp }: TopBarProps) {
  const state = useLiveState();
  return (
    <header className="sticky top-0 z-20 flex h-14 items-center gap-2 border-b border-line bg-raised px-4 sm:px-6 lg:px-8">
      <div className="md:hidden">
        <Brand />
      </div>
      <Button
        onClick={onPalette}
        className="ml-auto text-soft md:mr-auto md:ml-0 md:w-72 md:justify-start"
        icon={<Search className="size-4" aria-hidden />}
        aria-keyshortcuts={isMac ? 'Meta+K' : 'Control+K'}
      >
        <span className="sr-only flex-1 text-left md:not-sr-only">Search and commands</span>
        <span className="hidden md:inline">
          <KeyHint keys={isMac ? '⌘K' : 'Ctrl K'} />
        </span>
      </Button>
      {state === 'lost' && (
        <p role="status" className="text-xs text-warn">
          Reconnecting…
        </p>
      )}
      <IconButton
        className="hidden md:inline-flex"
        label="Keyboard shortcuts"
        icon={<CircleHelp className="size-4.5" aria-hidden />}
        onClick={onHelp}
      />
      <AccountMenu />
    </header>
  );
}
