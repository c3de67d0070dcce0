/** Which rows of a list are chosen, by their keys. */
export interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
}

/** A set with one more, or one less. */
export function changedSelection(
  selected: ReadonlySet<string>,
  id: string,
  isIn: boolean,
): ReadonlySet<string> {
  const next = new Set(selected);
  if (isIn) next.add(id);
  else next.delete(id);
  return next;
}
