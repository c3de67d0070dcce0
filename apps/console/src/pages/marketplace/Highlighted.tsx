import type { CatalogCard } from '@plugboard/contracts/api';

import { visibleText } from '../../ui/Untrusted.tsx';

export interface HighlightedProps {
  readonly text: string;
  readonly field: CatalogCard['highlights'][number]['field'];
  readonly highlights: CatalogCard['highlights'];
}

/** A text that others wrote, with what fits the search marked. */
export function Highlighted({ text, field, highlights }: HighlightedProps) {
  const marks = highlights
    .filter((mark) => mark.field === field && mark.from < mark.to)
    .toSorted((a, b) => a.from - b.from);
  const parts: { readonly text: string; readonly isMarked: boolean }[] = [];
  let at = 0;
  for (const { from, to } of marks) {
    if (from < at) continue;
    parts.push({ text: text.slice(at, from), isMarked: false });
    parts.push({ text: text.slice(from, to), isMarked: true });
    at = to;
  }
  parts.push({ text: text.slice(at), isMarked: false });
  return (
    <bdi>
      {parts.map((part, position) =>
        part.isMarked ? (
          <mark key={position} className="rounded-xs bg-accent-soft text-ink">
            {visibleText(part.text)}
          </mark>
        ) : (
          visibleText(part.text)
        ),
      )}
    </bdi>
  );
}
