import { Tooltip } from '@base-ui/react/tooltip';
import type { ReactNode } from 'react';

import { Button, type ButtonProps } from './Button.tsx';

export interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children'> {
  /** What it does, in words: read out, and shown when pointed at. */
  readonly label: string;
  readonly icon: ReactNode;
}

/** A button without words on it. */
export function IconButton({
  label,
  icon,
  size = 'icon',
  variant = 'quiet',
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger
        render={<Button {...rest} size={size} variant={variant} icon={icon} aria-label={label} />}
      />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="glass-high rounded-md px-2 py-1 text-xs text-ink">
            {label}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
