import { Flame, History, Star } from 'lucide-react';

import { Shelf } from './Shelf.tsx';
import type { useHighlights } from './use-catalog.ts';

export interface ShelvesProps {
  readonly highlights: ReturnType<typeof useHighlights>;
  readonly trending: ReadonlySet<string>;
}

/** What to look at before anything is searched for. Without it there is still the list below. */
export function Shelves({ highlights, trending }: ShelvesProps) {
  const { data, isError } = highlights;
  if (isError) return null;
  return (
    <>
      <Shelf
        title="Featured"
        about="By the services’ own makers, most used first"
        icon={<Star aria-hidden />}
        cards={data?.featured}
        trending={trending}
      />
      <Shelf
        title="Trending"
        about="What is called and installed most now"
        icon={<Flame aria-hidden />}
        cards={data?.trending}
        trending={new Set()}
      />
      <Shelf
        title="Recently updated"
        about="New versions, newest first"
        icon={<History aria-hidden />}
        cards={data?.updated}
        trending={trending}
      />
    </>
  );
}
