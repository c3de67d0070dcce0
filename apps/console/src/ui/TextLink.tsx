import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

import { classNames } from './class-names.ts';

const look = 'text-accent underline-offset-4 hover:underline rounded-sm';

/** A link within the console. */
export const TextLink = createLink(({ className, children, ...rest }: ComponentProps<'a'>) => (
  <a {...rest} className={classNames(look, className)}>
    {children}
  </a>
));

/** A link to another site: it opens beside, and tells that site nothing. Only http(s) and mailto are links. */
export function OutsideLink({ href, className, children }: ComponentProps<'a'>) {
  if (href === undefined || !/^(?:https?|mailto):/i.test(href)) return <span>{children}</span>;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className={classNames(look, className)}
    >
      {children}
    </a>
  );
}
