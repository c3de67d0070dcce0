import type { AuditEntry } from '@plugboard/contracts/api';
import { ArrowDown } from 'lucide-react';

import { Section } from '../../ui/Card.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { HashText } from './HashText.tsx';

export interface ChainSectionProps {
  readonly entry: AuditEntry;
  readonly previousHash: string;
}

/** Where a record stands in the chain: what it follows, and what follows from it. */
export function ChainSection({ entry: { seq, hash }, previousHash }: ChainSectionProps) {
  return (
    <Section
      title="Its place in the chain"
      about="Its hash is made of the hash before it and of the record: change either, and nothing after it fits."
    >
      <ol className="flex flex-col items-start gap-1 text-sm">
        <li className="flex w-full flex-wrap items-center justify-between gap-2 rounded-xl border border-line bg-sunken px-3 py-2">
          {seq > 1 ? (
            <TextLink to="/audit/$seq" params={{ seq: String(seq - 1) }}>
              Record {seq - 1}
            </TextLink>
          ) : (
            <span>Where the chain begins</span>
          )}
          <HashText hash={previousHash} />
        </li>
        <li aria-hidden className="pl-4">
          <ArrowDown className="size-4 text-faint" />
        </li>
        <li className="flex w-full flex-wrap items-center justify-between gap-2 rounded-xl border border-accent bg-accent-soft px-3 py-2">
          <span className="font-medium">Record {seq}</span>
          <HashText hash={hash} />
        </li>
      </ol>
    </Section>
  );
}
