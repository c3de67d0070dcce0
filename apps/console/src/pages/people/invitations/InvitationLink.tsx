import type { NewInvitation } from '@plugboard/contracts/api';

import { RelativeTime } from '../../../ui/RelativeTime.tsx';
import { SecretOnce } from '../../../ui/SecretOnce.tsx';
import { Untrusted } from '../../../ui/Untrusted.tsx';

/** The link of an invitation, which is shown this once. */
export function InvitationLink({ invitation }: { readonly invitation: NewInvitation }) {
  const { link, email, role, mailed, expiresAt } = invitation;
  return (
    <SecretOnce secret={link} what="the link">
      <p className="text-soft">
        {mailed ? 'It was mailed to ' : 'Mail is not set up here: give it to '}
        <Untrusted className="font-medium text-ink">{email}</Untrusted>
        {mailed ? ' too.' : ' yourself.'} Who accepts it becomes {article(role)} {role}. It ends{' '}
        <RelativeTime at={expiresAt} />.
      </p>
    </SecretOnce>
  );
}

function article(role: string): string {
  return /^[aeiou]/.test(role) ? 'an' : 'a';
}
