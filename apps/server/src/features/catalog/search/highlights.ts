import { foldText } from '@plugboard/catalog';

import type { Alternative } from './expand-words.ts';

export interface Highlight {
  readonly field: 'title' | 'description' | 'publisher';
  /** Characters (UTF-16) from this one to before `to`. */
  readonly from: number;
  readonly to: number;
}

const fields = ['title', 'description', 'publisher'] as const;

/** Which words of a card are those that were looked for. */
export function highlightsOf(
  card: Readonly<Record<Highlight['field'], string>>,
  alternatives: readonly Alternative[],
): Highlight[] {
  const wanted = new Set(alternatives.map(({ word }) => word));
  return fields.flatMap((field) =>
    [...card[field].matchAll(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu)].flatMap(
      ({ 0: text, index }) => {
        if (wanted.has(foldText(text.replaceAll('-', '')))) {
          return [{ field, from: index, to: index + text.length }];
        }
        return [...text.matchAll(/[^-]+/g)].flatMap(({ 0: part, index: within }) =>
          wanted.has(foldText(part))
            ? [{ field, from: index + within, to: index + within + part.length }]
            : [],
        );
      },
    ),
  );
}
