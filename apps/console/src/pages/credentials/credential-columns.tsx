import type { CredentialView } from '@plugboard/contracts/api';

import { Badge } from '../../ui/Badge.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { plural } from '../../ui/format.ts';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { kindWords, maskedHint, ownerWords } from './credential-words.ts';
import { ExpiryBadge } from './ExpiryBadge.tsx';
import { KindIcon } from './KindIcon.tsx';
import { TestBadge } from './TestBadge.tsx';

const usedBy = ({ uses }: CredentialView) =>
  uses === 0 ? <span className="text-faint">unused</span> : plural(uses, 'slot');

/** Credentials as a table compares them. */
export const credentialColumns: readonly Column<CredentialView>[] = [
  {
    id: 'name',
    header: 'Name',
    width: 'minmax(14rem, 2.4fr)',
    sortBy: ({ name }) => name,
    cell: (credential) => <NameCell credential={credential} />,
  },
  {
    id: 'kind',
    header: 'Kind',
    width: 'minmax(9rem, 1.1fr)',
    sortBy: ({ kind }) => kindWords[kind],
    cell: ({ kind, provider }) => (
      <span className="flex min-w-0 flex-col leading-5">
        <span className="truncate">{kindWords[kind]}</span>
        {provider !== undefined && (
          <Untrusted className="truncate text-xs text-faint">{provider}</Untrusted>
        )}
      </span>
    ),
  },
  {
    id: 'owner',
    header: 'Owner',
    width: 'minmax(7rem, 1fr)',
    sortBy: ({ owner }) => ownerWords(owner),
    cell: ({ owner }) => (
      <span className="flex min-w-0 flex-col leading-5">
        <Untrusted className="truncate">{ownerWords(owner)}</Untrusted>
        {owner.kind !== 'organization' && <span className="text-xs text-faint">{owner.kind}</span>}
      </span>
    ),
  },
  {
    id: 'test',
    header: 'Last test',
    width: 'minmax(9rem, 1.1fr)',
    sortBy: ({ test }) => test?.outcome,
    cell: ({ test }) => <TestBadge test={test} />,
  },
  {
    id: 'expires',
    header: 'Expiry',
    width: 'minmax(9.75rem, 1fr)',
    sortBy: ({ expiresAt }) => expiresAt,
    cell: (credential) => <ExpiryBadge credential={credential} />,
  },
  {
    id: 'uses',
    header: 'Fills',
    width: '5.5rem',
    align: 'right',
    sortBy: ({ uses }) => uses,
    cell: usedBy,
  },
];

function NameCell({ credential }: { readonly credential: CredentialView }) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <KindIcon kind={credential.kind} />
      <span className="flex min-w-0 flex-col leading-5">
        <span className="flex min-w-0 items-center gap-1.5">
          <CredentialLink credential={credential} />
          {credential.labels.slice(0, 2).map((label) => (
            <Badge key={label}>{label}</Badge>
          ))}
          {credential.labels.length > 2 && (
            <Badge title={credential.labels.join(', ')}>{`+${credential.labels.length - 2}`}</Badge>
          )}
        </span>
        <Untrusted className="truncate font-mono text-xs text-faint">
          {maskedHint(credential)}
        </Untrusted>
      </span>
    </span>
  );
}

function CredentialLink({ credential: { id, name } }: { readonly credential: CredentialView }) {
  return (
    <TextLink
      to="/credentials/$credential"
      params={{ credential: id }}
      className="block truncate font-medium text-ink"
    >
      <Untrusted>{name}</Untrusted>
    </TextLink>
  );
}

/** One of them on a phone. */
export function credentialCard(credential: CredentialView) {
  return <CredentialCard credential={credential} />;
}

function CredentialCard({ credential }: { readonly credential: CredentialView }) {
  const { kind, provider, labels, owner, test } = credential;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <div className="flex items-start gap-3">
        <KindIcon kind={kind} />
        <div className="min-w-0 flex-1">
          <CredentialLink credential={credential} />
          <p className="truncate text-xs text-faint">
            {kindWords[kind]}
            {provider !== undefined && <> · {<Untrusted>{provider}</Untrusted>}</>} ·{' '}
            <Untrusted>{ownerWords(owner)}</Untrusted>
          </p>
          <Untrusted className="block truncate font-mono text-xs text-faint">
            {maskedHint(credential)}
          </Untrusted>
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <TestBadge test={test} />
        <ExpiryBadge credential={credential} />
        <span className="text-soft">{usedBy(credential)}</span>
        {labels.map((label) => (
          <Badge key={label}>{label}</Badge>
        ))}
      </div>
    </div>
  );
}
