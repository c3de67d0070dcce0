import { Skeleton } from '../../ui/Skeleton.tsx';

export function HomeSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-5">
      <Skeleton className="h-18 rounded-card" />
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] xl:grid-cols-[minmax(0,1fr)_25rem]">
        <div className="flex flex-col gap-5 lg:order-last">
          <Skeleton className="h-56 rounded-card" />
          <Skeleton className="h-40 rounded-card" />
        </div>
        <Skeleton className="h-[32rem] rounded-card" />
      </div>
    </div>
  );
}
