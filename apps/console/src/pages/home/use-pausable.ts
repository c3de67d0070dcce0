import { type PointerEvent, useState } from 'react';

interface Pausable<Item> {
  /** As they are, or as they were when it was paused. */
  readonly shown: readonly Item[];
  readonly paused: boolean;
  /** Whether the button paused it, rather than pointing at it. */
  readonly held: boolean;
  /** How many came since. */
  readonly waiting: number;
  readonly toggle: () => void;
  /** For the list: it stands still while a mouse is over it or the focus is in it. */
  readonly still: {
    readonly onPointerEnter: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: () => void;
    readonly onBlur: () => void;
  };
}

/** A list that grows at its top and stands still while somebody reads it. */
export function usePausable<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => number,
): Pausable<Item> {
  const [held, setHeld] = useState(false);
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [kept, setKept] = useState<readonly Item[]>();
  const paused = held || pointed || focused;
  if (paused && kept === undefined) setKept(items);
  if (!paused && kept !== undefined) setKept(undefined);
  const shown = kept ?? items;
  const newest = shown[0] === undefined ? -1 : keyOf(shown[0]);
  return {
    shown,
    paused,
    held,
    waiting: items.filter((item) => keyOf(item) > newest).length,
    toggle: () => setHeld(!held),
    still: {
      // A finger points without staying there.
      onPointerEnter: ({ pointerType }) => setPointed(pointerType === 'mouse'),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: () => setFocused(false),
    },
  };
}
