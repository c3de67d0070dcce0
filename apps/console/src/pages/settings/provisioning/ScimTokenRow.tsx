import type { ScimToken } from '@plugboard/contracts/api';

import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SecretRow } from '../../../ui/SecretRow.tsx';

export interface ScimTokenRowProps {
  readonly token: ScimToken;
  readonly onRevoke?: () => void;
}

export function ScimTokenRow({ token, onRevoke }: ScimTokenRowProps) {
  const { name, hint, state, createdAt, expiresAt, lastUsedAt } = token;
  return (
    <SecretRow
      name={name}
      state={state}
      hint={<code className="font-mono text-xs text-faint">…{hint}</code>}
      onRevoke={onRevoke}
    >
      made <RelativeTime at={createdAt} /> · used <RelativeTime at={lastUsedAt} />
      {state === 'active' && (
        <>
          {' · ends '}
          <RelativeTime at={expiresAt} />
        </>
      )}
    </SecretRow>
  );
}
