import { classNames } from './class-names.ts';

/** Stands where something will be. Give it the size of that. */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <div aria-hidden className={classNames('animate-pulse rounded-md bg-sunken', className)} />
  );
}

/** Lines of a list that is loading. */
export function SkeletonRows({
  rows = 6,
  className = 'h-12',
}: {
  readonly rows?: number;
  readonly className?: string;
}) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-2 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className={className} />
      ))}
    </div>
  );
}
