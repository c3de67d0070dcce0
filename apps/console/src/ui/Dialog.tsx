import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';

import { Button } from './Button.tsx';
import { classNames } from './class-names.ts';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly title: ReactNode;
  readonly about?: ReactNode;
  readonly children: ReactNode;
  /** Buttons at its end, the one that does it last. */
  readonly footer?: ReactNode;
  /** `side`: a sheet at the right edge, for what is read beside a list. */
  readonly kind?: 'center' | 'side';
  readonly width?: 'small' | 'medium' | 'large';
}

const widths = { small: 'sm:max-w-md', medium: 'sm:max-w-xl', large: 'sm:max-w-3xl' } as const;

/** What is done or read before going on. On phones it fills the screen's lower part. */
export function Dialog({
  open,
  onOpen,
  title,
  about,
  children,
  footer,
  kind = 'center',
  width = 'medium',
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const place =
    kind === 'side'
      ? 'inset-y-0 right-0 h-dvh w-full rounded-l-2xl'
      : 'inset-x-0 bottom-0 max-h-[92dvh] w-full rounded-t-2xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[86dvh] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl';
  return (
    <BaseDialog.Root open={open} onOpenChange={onOpen}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="fixed inset-0 z-40 bg-scrim backdrop-blur-[2px] transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <BaseDialog.Popup
          ref={popup}
          initialFocus={(by) => firstOf(body.current, by) ?? popup.current}
          className={classNames(
            'glass-high fixed z-50 flex flex-col outline-none transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0',
            place,
            widths[width],
          )}
        >
          <header className="flex items-start gap-4 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <BaseDialog.Title className="text-lg font-semibold">{title}</BaseDialog.Title>
              {about !== undefined && (
                <BaseDialog.Description className="text-sm text-soft" render={<div />}>
                  {about}
                </BaseDialog.Description>
              )}
            </div>
            {/* No tooltip: it would open with the dialog, and take the first Escape. */}
            <BaseDialog.Close
              render={
                <Button
                  variant="quiet"
                  size="icon-small"
                  aria-label="Close"
                  icon={<X className="size-4" aria-hidden />}
                />
              }
            />
          </header>
          <div ref={body} className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">
            {children}
          </div>
          {footer !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3.5">
              {footer}
            </footer>
          )}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

/**
 * The field that is filled in first. Not the button that closes: its tooltip would open, and take the first Esc.
 * A finger that opened it wants no keyboard to come up.
 */
function firstOf(body: HTMLElement | null, by: string): HTMLElement | null {
  if (by === 'touch') return null;
  return (
    body?.querySelector<HTMLElement>(
      ':is(input, textarea, [role="combobox"]):not(:disabled, [aria-hidden="true"], [tabindex="-1"])',
    ) ?? null
  );
}
