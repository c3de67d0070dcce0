import type { ApiKey } from '@plugboard/contracts/api';

import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';

export interface KeyRowProps {
  readonly apiKey: ApiKey;
  readonly withMember: boolean;
  readonly onRevoke?: () => void;
}

export function KeyRow({ apiKey, withMember, onRevoke }: KeyRowProps) {
  const { name, state, memberName, createdAt, expiresAt, revokedAt } = apiKey;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm sm:px-5">
      <span className="min-w-0 flex-1 basis-56">
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <Untrusted className="truncate font-medium">{name}</Untrusted>
          {state !== 'active' && (
            <Badge tone={state === 'expired' ? 'warn' : 'neutral'}>{state}</Badge>
          )}
        </span>
        <span className="block text-xs text-faint">
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
        </span>
      </span>
      {state === 'active' && onRevoke && (
        <Button
          size="small"
          variant="danger"
          aria-label={`Revoke ${visibleText(name)}`}
          onClick={onRevoke}
        >
          Revoke
        </Button>
      )}
    </li>
  );
}
