import { useCallback, useEffect, useRef, useState } from 'react';

import { usePlace } from './use-place.ts';

/** So long after a key the search waits for the next; the first key of a word is not waited after. */
const restMs = 80;

/** The query as it is typed; a moment later it is the URL's, which is what is searched for. */
export function useTypedQuery() {
  const { q, show, go } = usePlace();
  const [typed, setTyped] = useState(q);
  const told = useRef(q);
  const lastAt = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // The URL changed by itself: back, forward, or a link.
  useEffect(() => {
    if (q === told.current) return;
    told.current = q;
    clearTimeout(timer.current);
    setTyped(q);
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const put = useCallback(
    (text: string, isStep = false) => {
      told.current = text.trim();
      go({ q: told.current, show }, isStep);
    },
    [go, show],
  );
  /** While typing. */
  const type = useCallback(
    (text: string) => {
      setTyped(text);
      clearTimeout(timer.current);
      const now = performance.now();
      const waits = now - lastAt.current < restMs ? restMs : 0;
      lastAt.current = now;
      if (waits === 0) put(text);
      else timer.current = setTimeout(() => put(text), waits);
    },
    [put],
  );
  /** By a click: at once, and "back" takes it back. */
  const choose = useCallback(
    (text: string) => {
      clearTimeout(timer.current);
      setTyped(text);
      put(text, true);
    },
    [put],
  );
  return { q, typed, type, choose };
}
