import type { CredentialView } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import type { ReactNode } from 'react';

import { orpc } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Card.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { OutsideLink, TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { fieldNames, kindWords, maskedHint, ownerWords } from './credential-words.ts';
import { ExpiryBadge } from './ExpiryBadge.tsx';
import { findService } from './known-services.ts';
import { TestBadge } from './TestBadge.tsx';

export interface CredentialFactsProps {
  readonly credential: CredentialView;
  readonly mayTest: boolean;
}

/** What may be shown of it, and what the service says. */
export function CredentialFacts({ credential, mayTest }: CredentialFactsProps) {
  const client = useQueryClient();
  const { id, kind, provider, owner, test, createdBy } = credential;
  const ask = useMutation(
    orpc.credentials.test.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: orpc.credentials.key() }),
      onError: () => undefined,
    }),
  );
  const service = provider === undefined ? undefined : findService(provider);
  return (
    <Section
      title="What is known of it"
      actions={
        mayTest && (
          <Button
            size="small"
            busy={ask.isPending}
            icon={<FlaskConical className="size-4" aria-hidden />}
            onClick={() => ask.mutate({ credential: id })}
          >
            Test now
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <Facts
          rows={[
            ['Kind', kindWords[kind]],
            [
              'Service',
              provider === undefined ? undefined : (
                <span key="service" className="flex flex-wrap gap-x-2">
                  <Untrusted>{service?.title ?? provider}</Untrusted>
                  {service?.url !== undefined && (
                    <OutsideLink href={service.url}>Its keys there</OutsideLink>
                  )}
                </span>
              ),
            ],
            [
              'Shown of it',
              <Untrusted key="hint" className="font-mono">
                {maskedHint(credential)}
              </Untrusted>,
            ],
            [
              'Fields',
              <code key="fields" className="text-xs">
                {fieldNames(credential.facts).join(', ')}
              </code>,
            ],
            ...shownFacts(credential),
            ['Owner', <Untrusted key="owner">{ownerWords(owner)}</Untrusted>],
            ['Expiry', <ExpiryBadge key="expiry" credential={credential} />],
            ['Version', String(credential.version)],
            [
              'Added',
              <span key="added">
                <RelativeTime at={credential.createdAt} />
                {createdBy && (
                  <>
                    {' by '}
                    <Untrusted>{createdBy.name}</Untrusted>
                  </>
                )}
              </span>,
            ],
            ['Changed', <RelativeTime key="changed" at={credential.updatedAt} />],
            ['Last opened', <RelativeTime key="opened" at={credential.lastOpenedAt} />],
          ]}
        />
        {kind === 'oauth' && (
          <p className="text-sm">
            Its tokens come from a connected account.{' '}
            <TextLink to="/connections" search={{ connection: id }}>
              See the connection
            </TextLink>
          </p>
        )}
        <div className="rounded-xl border border-line bg-sunken px-4 py-3 text-sm" role="status">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium">Last test</span>
            <TestBadge test={test} />
          </p>
          {test === undefined ? (
            <p className="text-soft">
              A test asks the service whether it accepts the credential, and only reads.
            </p>
          ) : (
            <p className="text-soft">
              <Untrusted>{test.message}</Untrusted>
            </p>
          )}
        </div>
        <Problem error={ask.error} />
      </div>
    </Section>
  );
}

const names: Readonly<Record<string, string>> = {
  engine: 'Engine',
  host: 'Host',
  port: 'Port',
  database: 'Database',
  username: 'User name',
  email: 'Account',
  project: 'Project',
  keyId: 'Key id',
  url: 'Address',
};

/** What the server says of it that is no secret, of which the words are known. */
function shownFacts({ facts }: CredentialView): readonly (readonly [string, ReactNode])[] {
  return Object.entries(names).flatMap(([name, label]) => {
    const value = facts[name];
    if (typeof value !== 'string' || value === '') return [];
    return [[label, <Untrusted key={name}>{value}</Untrusted>] as const];
  });
}
