import type { Invitation } from '@plugboard/contracts/api';

import { Badge, type Tone } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';
import { RoleBadge } from '../RoleBadge.tsx';

const tones: Readonly<Record<Invitation['state'], Tone>> = {
  open: 'accent',
  accepted: 'good',
  expired: 'warn',
  revoked: 'neutral',
};

export interface InvitationRowProps {
  readonly invitation: Invitation;
  readonly busy: boolean;
  readonly onResend?: () => void;
  readonly onRevoke?: () => void;
}

export function InvitationRow({ invitation, busy, onResend, onRevoke }: InvitationRowProps) {
  const { email, role, state, createdAt, expiresAt } = invitation;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm sm:px-5">
      <span className="min-w-0 flex-1 basis-56">
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <Untrusted className="truncate font-medium">{email}</Untrusted>
          <RoleBadge role={role} />
          <Badge tone={tones[state]}>{state}</Badge>
        </span>
        <span className="block text-xs text-faint">
          invited <RelativeTime at={createdAt} />
          {state === 'open' && (
            <>
              {' · ends '}
              <RelativeTime at={expiresAt} />
            </>
          )}
        </span>
      </span>
      {onResend && (
        <Button size="small" busy={busy} aria-label={`New link for ${email}`} onClick={onResend}>
          New link
        </Button>
      )}
      {onRevoke && (
        <Button
          size="small"
          variant="danger"
          aria-label={`Take back the invitation of ${email}`}
          onClick={onRevoke}
        >
          Take back
        </Button>
      )}
    </li>
  );
}
