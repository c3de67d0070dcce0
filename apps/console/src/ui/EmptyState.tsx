import type { ReactNode } from 'react';

export interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  /** What would be here, and how it gets here. */
  readonly children?: ReactNode;
  /** The one thing to do. */
  readonly action?: ReactNode;
}

/** In place of a list with nothing in it. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center">
      {icon !== undefined && (
        <div className="grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent [&>svg]:size-6">
          {icon}
        </div>
      )}
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="max-w-prose text-sm text-soft">{children}</div>}
      {action}
    </div>
  );
}
