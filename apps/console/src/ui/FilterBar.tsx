import { X } from 'lucide-react';
import type { ReactNode } from 'react';

import { Button } from './Button.tsx';

export interface FilterBarProps {
  /** A `SearchField` over two columns first, then what narrows it further. */
  readonly children: ReactNode;
  /** Takes every filter away; given while there is one. */
  readonly onClear?: (() => void) | undefined;
}

/** What narrows a list, two abreast on phones. */
export function FilterBar({ children, onClear }: FilterBarProps) {
  return (
    <div
      className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap sm:items-center"
      role="group"
      aria-label="Filters"
    >
      {children}
      {onClear !== undefined && (
        <Button
          variant="quiet"
          size="small"
          icon={<X className="size-4" aria-hidden />}
          onClick={onClear}
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}
