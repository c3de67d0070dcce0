import { createLink } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';

import { buttonClass, type ButtonSize, type ButtonVariant } from './button-class.ts';

interface AnchorProps extends ComponentProps<'a'> {
  readonly variant?: ButtonVariant;
  readonly size?: ButtonSize;
  readonly icon?: ReactNode;
}

function Anchor({ variant, size, icon, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={buttonClass(variant, size, className)}>
      {icon}
      {children}
    </a>
  );
}

/** A link within the console that looks like a button. */
export const ButtonLink = createLink(Anchor);

/** A link out of the console (pages of the server, other sites) that looks like a button. */
export const ButtonAnchor = Anchor;
