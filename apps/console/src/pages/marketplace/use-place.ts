import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

type Show = 'servers' | 'tools';

/** What the marketplace's URL says, and how to change it. */
export function usePlace() {
  // Its route is `/marketplace/`, which the router's types know without the slash only.
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const q = search.q ?? '';
  const show: Show = search.show === 'tools' ? 'tools' : 'servers';
  /** `isStep`: "back" comes back to where it was. */
  const go = useCallback(
    (to: { readonly q: string; readonly show: Show }, isStep = false) =>
      void navigate({
        to: '/marketplace',
        search: {
          q: to.q === '' ? undefined : to.q,
          show: to.show === 'servers' ? undefined : to.show,
        },
        replace: !isStep,
        resetScroll: false,
      }),
    [navigate],
  );
  return { q, show, go };
}
