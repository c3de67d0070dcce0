import type { CredentialView } from '@plugboard/contracts/api';
import { Clock, TriangleAlert } from 'lucide-react';

import { Badge } from '../../ui/Badge.tsx';
import { useNow } from '../../ui/use-now.ts';
import { expiryWords } from './credential-words.ts';

/** When it expires, in words. */
export function ExpiryBadge({
  credential,
}: {
  readonly credential: Pick<CredentialView, 'expiry' | 'expiresAt'>;
}) {
  const now = useNow();
  const expiry = expiryWords(credential, now);
  if (expiry === undefined) return <span className="text-faint">never expires</span>;
  const isUrgent = credential.expiry === 'soon' || credential.expiry === 'expired';
  const title = new Date(credential.expiresAt ?? 0).toLocaleString();
  if (!isUrgent) return <span title={title}>{expiry.words}</span>;
  const Icon = credential.expiry === 'expired' ? TriangleAlert : Clock;
  return (
    <Badge tone={expiry.tone} title={title} icon={<Icon className="size-3" aria-hidden />}>
      {expiry.words}
    </Badge>
  );
}
