import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Clock, Funnel, type LucideIcon, Server, Wrench } from 'lucide-react';

import { orpc } from '../../api/client.ts';
import { useRested } from '../../ui/use-rested.ts';
import { useSearchHistory } from './search-history.ts';

/** Something that a search may be completed to. */
export interface Option {
  readonly id: string;
  readonly group: 'Searched before' | 'Suggestions';
  readonly icon: LucideIcon;
  readonly label: string;
  readonly about: string | undefined;
  readonly query: string;
  /** It is a server: it is gone to. */
  readonly server: string | undefined;
  /** More has to be typed behind it. */
  readonly isOpen: boolean;
}

const icons = { filter: Funnel, value: Funnel, server: Server, tool: Wrench } as const;
const restMs = 80;

/** What a search could go on to: earlier ones first while nothing is typed. */
export function useSuggestions(typed: string, open: boolean): readonly Option[] {
  const history = useSearchHistory();
  const q = useRested(typed, restMs);
  const { data } = useQuery(
    orpc.catalog.suggest.queryOptions({
      input: { q, limit: 7 },
      enabled: open,
      placeholderData: keepPreviousData,
      staleTime: 60_000,
    }),
  );
  const words = typed.trim().toLowerCase();
  const before: readonly Option[] = history
    .filter((each) => each.toLowerCase().startsWith(words) && each.toLowerCase() !== words)
    .slice(0, words === '' ? 6 : 2)
    .map((query) => ({
      id: `before:${query}`,
      group: 'Searched before',
      icon: Clock,
      label: query,
      about: undefined,
      query,
      server: undefined,
      isOpen: false,
    }));
  const suggested = (data?.suggestions ?? []).map(
    ({ kind, label, about, query, server }): Option => ({
      id: `${kind}:${server ?? ''}:${label}`,
      group: 'Suggestions',
      icon: icons[kind],
      label,
      about,
      query,
      server: kind === 'server' ? server : undefined,
      isOpen: kind === 'filter',
    }),
  );
  return [...before, ...suggested];
}
