import type { CredentialTest } from '@plugboard/contracts/api';
import { CircleCheck, CircleHelp, CircleX } from 'lucide-react';

import { Badge } from '../../ui/Badge.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { testLooks } from './credential-words.ts';

const icons = { accepted: CircleCheck, refused: CircleX, unknown: CircleHelp } as const;

/** What the service said of it when it was last asked. */
export function TestBadge({ test }: { readonly test: CredentialTest | undefined }) {
  if (test === undefined) return <span className="text-faint">not tested</span>;
  const { tone, word } = testLooks[test.outcome];
  const Icon = icons[test.outcome];
  return (
    <span className="inline-flex items-center gap-2">
      <Badge tone={tone} title={test.message} icon={<Icon className="size-3" aria-hidden />}>
        {word}
      </Badge>
      <span className="text-xs text-faint">
        <RelativeTime at={test.at} />
      </span>
    </span>
  );
}
