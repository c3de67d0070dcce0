import { type ReactNode, useEffect, useRef } from 'react';

export interface PageProps {
  /** In the window's title and, unless `heading` says otherwise, as the page's heading. */
  readonly title: string;
  readonly heading?: ReactNode;
  /** What the page is for, in a sentence. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the console: its title, its heading, which has the focus after navigating, and its content. */
export function Page({ title, heading, about, actions, children }: PageProps) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Plugboard`;
  }, [title]);
  useEffect(() => {
    // On the first page nothing was left: the browser's own order is right.
    if (document.documentElement.dataset['navigated'] !== undefined)
      top.current?.focus({ preventScroll: true });
    document.documentElement.dataset['navigated'] = '';
  }, []);
  return (
    <div className="mx-auto flex w-full max-w-[90rem] min-w-0 flex-col gap-5 px-4 py-5 sm:px-6 lg:px-8">
      <header className="flex flex-wrap items-start gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1
            ref={top}
            tabIndex={-1}
            className="text-xl leading-8 font-semibold tracking-tight sm:text-2xl"
          >
            {heading ?? title}
          </h1>
          {about !== undefined && <div className="text-sm text-soft">{about}</div>}
        </div>
        {actions !== undefined && (
          <div className="flex flex-wrap items-center gap-2">{actions}</div>
        )}
      </header>
      {children}
    </div>
  );
}
