import type { CatalogSearch } from '@plugboard/contracts/api';
import { Info } from 'lucide-react';

import { Untrusted } from '../../ui/Untrusted.tsx';

export interface QueryNotesProps {
  readonly q: string;
  readonly reading: Pick<CatalogSearch, 'messages' | 'corrections' | 'didYouMean'>;
  readonly onQuery: (query: string) => void;
}

const link = 'rounded-sm font-medium text-accent underline-offset-4 hover:underline';

/** How the query was read, where that is not as it was written. */
export function QueryNotes({ q, reading, onQuery }: QueryNotesProps) {
  const { messages, corrections, didYouMean } = reading;
  if (messages.length === 0 && corrections.length === 0) return null;
  // The reading may be of what was written a moment ago; what is offered is of what is written now.
  const meant = corrections.reduce(
    (text, correction) => text.replace(correction.word, () => correction.meant),
    q,
  );
  const offered = meant === q ? didYouMean : meant;
  return (
    <ul role="status" className="flex flex-col gap-1.5 rounded-lg bg-accent-soft px-3 py-2 text-sm">
      {corrections.length > 0 && (
        <li className="flex gap-2">
          <Info className="mt-1 size-4 shrink-0 text-accent" aria-hidden />
          <span>
            Showing results for{' '}
            {corrections.map(({ word, meant: instead }, position) => (
              <span key={word}>
                {position > 0 && ', '}
                <b>
                  <Untrusted>{instead}</Untrusted>
                </b>{' '}
                in place of “<Untrusted>{word}</Untrusted>”
              </span>
            ))}
            .{' '}
            {offered !== undefined && (
              <button type="button" className={link} onClick={() => onQuery(offered)}>
                Did you mean <Untrusted>{offered}</Untrusted>?
              </button>
            )}
          </span>
        </li>
      )}
      {messages.slice(0, 4).map(({ piece, message, suggestion }) => (
        <li key={`${piece} ${message}`} className="flex gap-2">
          <Info className="mt-1 size-4 shrink-0 text-accent" aria-hidden />
          <span>
            <Untrusted>{message}</Untrusted>{' '}
            {suggestion !== undefined && (
              <button
                type="button"
                className={link}
                onClick={() => onQuery(q.replace(piece, () => suggestion))}
              >
                Use <Untrusted>{suggestion}</Untrusted>
              </button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
