import type { Instance, InstanceCredentials } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';

import { orpc } from '../../../api/client.ts';
import { Section } from '../../../ui/Card.tsx';
import { ErrorState } from '../../../ui/ErrorState.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { TextLink } from '../../../ui/TextLink.tsx';
import { AccountChoice } from './AccountChoice.tsx';
import { CredentialSlot } from './CredentialSlot.tsx';
import { UnconfirmedNotice } from './UnconfirmedNotice.tsx';

/** Whose account the instance uses, what it needs, and what fills each. */
export function CredentialsSection({ instance }: { readonly instance: Instance }) {
  const query = useQuery(
    orpc.credentials.bindings.list.queryOptions({ input: { instance: instance.id } }),
  );
  const credentials = query.data;
  return (
    <Section title="Credentials" about={credentials && aboutAccount(credentials)}>
      {query.isPending && <Skeleton className="h-24" />}
      {query.isError && credentials === undefined && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {credentials !== undefined && (
        <div className="flex flex-col gap-4">
          <UnconfirmedNotice credentials={credentials} />
          {credentials.slots.length > 0 && (
            <ul className="divide-y divide-line rounded-lg border border-line">
              {credentials.slots.map((slot) => (
                <CredentialSlot key={slot.slot} instanceId={instance.id} slot={slot} />
              ))}
            </ul>
          )}
          {(credentials.slots.length > 0 || credentials.account !== 'organization') && (
            <AccountChoice credentials={credentials} />
          )}
        </div>
      )}
    </Section>
  );
}

function aboutAccount({ account, slots }: InstanceCredentials) {
  if (account === 'member') {
    return (
      <>
        Each member brings their own account. What you have lent is on{' '}
        <TextLink to="/credentials">Credentials</TextLink>.
      </>
    );
  }
  if (account === 'agent') return 'Each agent brings an account of its own.';
  return slots.length === 0
    ? 'It asks for none.'
    : 'One account for everybody: all calls use what fills these.';
}
