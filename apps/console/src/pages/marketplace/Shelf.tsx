import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type ReactNode, useRef } from 'react';

import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { cardHeight, ServerCard, type ShownCard } from './ServerCard.tsx';

export interface ShelfProps {
  readonly title: string;
  readonly about: string;
  readonly icon: ReactNode;
  /** Undefined while they are read. */
  readonly cards: readonly ShownCard[] | undefined;
  readonly trending: ReadonlySet<string>;
}

/** A row of servers to look at first. */
export function Shelf({ title, about, icon, cards, trending }: ShelfProps) {
  const row = useRef<HTMLUListElement>(null);
  if (cards?.length === 0) return null;
  const move = (direction: number) =>
    row.current?.scrollBy({ left: direction * row.current.clientWidth * 0.9, behavior: 'smooth' });
  return (
    <section aria-label={title} className="min-w-0">
      <header className="mb-2.5 flex items-end gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="flex items-center gap-2 font-semibold [&>svg]:size-4.5 [&>svg]:text-accent">
            {icon}
            {title}
          </h2>
          <p className="text-sm text-soft">{about}</p>
        </div>
        <div className="hidden gap-1 sm:flex">
          <IconButton
            label={`Back in ${title}`}
            size="icon-small"
            icon={<ChevronLeft className="size-4" aria-hidden />}
            onClick={() => move(-1)}
          />
          <IconButton
            label={`On in ${title}`}
            size="icon-small"
            icon={<ChevronRight className="size-4" aria-hidden />}
            onClick={() => move(1)}
          />
        </div>
      </header>
      <ul
        ref={row}
        aria-label={`${title}: servers`}
        className="-mx-4 flex snap-x scroll-px-4 gap-3 overflow-x-auto px-4 pt-0.5 pb-5 -mb-3 [scrollbar-width:thin] sm:mx-0 sm:scroll-px-0 sm:px-0"
      >
        {cards
          ? cards.map((card) => (
              <li
                key={card.name}
                className="w-72 shrink-0 snap-start sm:w-80"
                style={{ height: cardHeight }}
              >
                <ServerCard card={card} trending={trending.has(card.name)} />
              </li>
            ))
          : Array.from({ length: 4 }, (_, position) => (
              <li key={position} className="w-72 shrink-0 sm:w-80" style={{ height: cardHeight }}>
                <Skeleton className="h-full rounded-card" />
              </li>
            ))}
      </ul>
    </section>
  );
}
