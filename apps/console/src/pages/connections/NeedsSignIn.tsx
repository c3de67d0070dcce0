import type { ConnectionView } from '@plugboard/contracts/api';
import { PhoneOff } from 'lucide-react';

import { useMe } from '../../shell/use-me.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Section } from '../../ui/Card.tsx';
import { plural } from '../../ui/format.ts';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { signerWords, serviceOf } from './connection-words.ts';
import { ConnectionBadge } from './ConnectionBadge.tsx';
import { ConnectionLink } from './ConnectionLink.tsx';
import { useMayConnection } from './may-connection.ts';
import { SignInButton } from './SignInButton.tsx';

/** Those that a person must sign in for again: who, why, and how many calls wait for it. */
export function NeedsSignIn({ connections }: { readonly connections: readonly ConnectionView[] }) {
  const { memberId } = useMe();
  const mayConnection = useMayConnection();
  const waiting = connections
    .filter(({ signIn }) => signIn !== undefined)
    .toSorted((one, other) => other.blockedCalls - one.blockedCalls);
  if (waiting.length === 0) return null;
  return (
    <Section
      title="Waiting for a person"
      about="Calls that need these fail until somebody signs in again."
      flush
    >
      <ul className="divide-y divide-line text-sm">
        {waiting.map((connection) => (
          <li
            key={connection.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5"
          >
            <div className="min-w-0 flex-1 basis-64">
              <p className="flex flex-wrap items-center gap-2">
                <ConnectionLink connection={connection} />
                <ConnectionBadge connection={connection} />
                {connection.blockedCalls > 0 && (
                  <Badge tone="bad" icon={<PhoneOff className="size-3" aria-hidden />}>
                    {plural(connection.blockedCalls, 'call')} failed for it
                  </Badge>
                )}
              </p>
              <p className="text-soft">
                <strong className="font-medium text-ink">
                  {connection.signIn && (
                    <Untrusted>{signerWords(connection.signIn.by, memberId)}</Untrusted>
                  )}
                </strong>{' '}
                must sign in at <Untrusted>{serviceOf(connection)}</Untrusted>.{' '}
                {connection.reason?.message}
              </p>
              {connection.wantedScopes.length > 0 && (
                <p className="text-xs text-faint">
                  Asked for: <Untrusted>{connection.wantedScopes.join(', ')}</Untrusted>
                </p>
              )}
            </div>
            {mayConnection(connection) && (
              <SignInButton variant="primary" connection={connection.id} />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
