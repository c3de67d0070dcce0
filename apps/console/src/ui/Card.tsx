import type { ComponentProps, ReactNode } from 'react';

import { classNames } from './class-names.ts';

/** A pane of glass. */
export function Card({ className, ...rest }: ComponentProps<'div'>) {
  return <div {...rest} className={classNames('glass rounded-card', className)} />;
}

export interface SectionProps {
  readonly title: ReactNode;
  /** What it is for, in a sentence. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Without space inside: for tables and lists that reach its edges. */
  readonly flush?: boolean;
  readonly id?: string;
}

/** A titled part of a page. */
export function Section({ title, about, actions, children, flush = false, id }: SectionProps) {
  return (
    <section className="glass rounded-card min-w-0" {...(id !== undefined && { id })}>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-3.5 pb-3 sm:px-5">
        <div className="min-w-0 flex-1">
          <h2 className="text-[0.9375rem] font-semibold">{title}</h2>
          {about !== undefined && <p className="text-sm text-soft">{about}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      <div className={flush ? 'border-t border-line' : 'px-4 pb-4 sm:px-5 sm:pb-5'}>{children}</div>
    </section>
  );
}
