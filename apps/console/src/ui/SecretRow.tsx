import type { ReactNode } from 'react';

import { Badge } from './Badge.tsx';
import { Button } from './Button.tsx';
import { Untrusted, visibleText } from './Untrusted.tsx';

export interface SecretRowProps {
  readonly name: string;
  readonly state: 'active' | 'expired' | 'revoked';
  /** Beside the name, such as the end of the secret. */
  readonly hint?: ReactNode;
  /** Below the name: whose it is, since when and until when. */
  readonly children: ReactNode;
  /** Not offered once it holds no more. */
  readonly onRevoke?: (() => void) | undefined;
}

/** A key or token in a list of them. */
export function SecretRow({ name, state, hint, children, onRevoke }: SecretRowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm sm:px-5">
      <span className="min-w-0 flex-1 basis-56">
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <Untrusted className="truncate font-medium">{name}</Untrusted>
          {hint}
          {state !== 'active' && (
            <Badge tone={state === 'expired' ? 'warn' : 'neutral'}>{state}</Badge>
          )}
        </span>
        <span className="block text-xs text-faint">{children}</span>
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
