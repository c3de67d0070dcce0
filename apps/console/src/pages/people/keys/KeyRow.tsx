import type { ApiKey } from '@plugboard/contracts/api';

import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SecretRow } from '../../../ui/SecretRow.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';

export interface KeyRowProps {
  readonly apiKey: ApiKey;
  readonly withMember: boolean;
  readonly onRevoke?: () => void;
}

export function KeyRow({ apiKey, withMember, onRevoke }: KeyRowProps) {
  const { name, state, memberName, createdAt, expiresAt, revokedAt } = apiKey;
  return (
    <SecretRow name={name} state={state} onRevoke={onRevoke}>
      {withMember && (
        <>
          of <Untrusted>{memberName}</Untrusted> ·{' '}
        </>
      )}
      made <RelativeTime at={createdAt} />
      {state === 'active' && expiresAt !== undefined && (
        <>
          {' · ends '}
          <RelativeTime at={expiresAt} />
        </>
      )}
      {revokedAt !== undefined && (
        <>
          {' · revoked '}
          <RelativeTime at={revokedAt} />
        </>
      )}
    </SecretRow>
  );
}
