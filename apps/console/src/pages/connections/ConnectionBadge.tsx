import type { ConnectionView } from '@plugboard/contracts/api';
import { CircleCheck, CircleSlash, LogIn, ShieldQuestion } from 'lucide-react';

import { Badge } from '../../ui/Badge.tsx';

/** How a connection is. One that works may still want a further permission. */
export function ConnectionBadge({
  connection: { state, signIn, reason },
}: {
  readonly connection: Pick<ConnectionView, 'state' | 'signIn' | 'reason'>;
}) {
  const title = reason?.message;
  const more = title === undefined ? {} : { title };
  if (state === 'needs_sign_in') {
    return (
      <Badge tone="bad" {...more} icon={<LogIn className="size-3" aria-hidden />}>
        needs sign-in
      </Badge>
    );
  }
  if (state === 'revoked') {
    return (
      <Badge {...more} icon={<CircleSlash className="size-3" aria-hidden />}>
        revoked
      </Badge>
    );
  }
  if (signIn) {
    return (
      <Badge tone="warn" {...more} icon={<ShieldQuestion className="size-3" aria-hidden />}>
        wants more
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon={<CircleCheck className="size-3" aria-hidden />}>
      connected
    </Badge>
  );
}
