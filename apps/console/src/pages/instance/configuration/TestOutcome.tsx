import type { ConfigurationTestEvent } from '@plugboard/contracts/api';
import { CircleAlert, CircleCheck } from 'lucide-react';

import { plural } from '../../../ui/format.ts';
import { visibleText } from '../../../ui/Untrusted.tsx';

export interface TestOutcomeProps {
  readonly tested: Extract<ConfigurationTestEvent, { type: 'done' }>;
}

/** What came of a trial. */
export function TestOutcome({ tested: { ok, tools, credentials } }: TestOutcomeProps) {
  return (
    <div
      role="status"
      className={`flex flex-col gap-1 rounded-lg px-4 py-2.5 text-sm ${ok ? 'bg-good-soft' : 'bg-bad-soft'}`}
    >
      <p className={`flex items-center gap-2 font-medium ${ok ? 'text-good' : 'text-bad'}`}>
        {ok ? (
          <CircleCheck className="size-4" aria-hidden />
        ) : (
          <CircleAlert className="size-4" aria-hidden />
        )}
        {ok ? `It starts, and offers ${plural(tools.length, 'tool')}` : 'It did not pass'}
      </p>
      {credentials.map((credential) => (
        <p key={credential.key} className="text-soft">
          <bdi className="font-mono text-xs">{visibleText(credential.key)}</bdi>{' '}
          {credential.ok ? 'is accepted' : 'is refused'}
          {credential.message !== undefined && <bdi>: {visibleText(credential.message)}</bdi>}
        </p>
      ))}
    </div>
  );
}
