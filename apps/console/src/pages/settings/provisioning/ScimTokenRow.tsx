import type { ScimToken } from '@plugboard/contracts/api';

import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { Untrusted, visibleText } from '../../../ui/Untrusted.tsx';

export interface ScimTokenRowProps {
  readonly token: ScimToken;
  readonly onRevoke?: () => void;
}

export function ScimTokenRow({ token, onRevoke }: ScimTokenRowProps) {
  const { name, hint, state, createdAt, expiresAt, lastUsedAt } = token;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm sm:px-5">
      <span className="min-w-0 flex-1 basis-56">
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <Untrusted className="truncate font-medium">{name}</Untrusted>
          <code className="font-mono text-xs text-faint">…{hint}</code>
          {state !== 'active' && (
            <Badge tone={state === 'expired' ? 'warn' : 'neutral'}>{state}</Badge>
          )}
        </span>
        <span className="block text-xs text-faint">
          made <RelativeTime at={createdAt} /> · used <RelativeTime at={lastUsedAt} />
          {state === 'active' && (
            <>
              {' · ends '}
              <RelativeTime at={expiresAt} />
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
