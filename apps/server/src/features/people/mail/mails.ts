import { Secret } from '@plugboard/vault';

import type { Message } from './mail.ts';

export function invitationMail(to: string, organization: string, link: Secret): Message {
  return {
    to,
    subject: `You are invited to ${organization} on Plugboard`,
    text: new Secret(
      `You are invited to the organization "${organization}" on Plugboard.\n\nAccept here, within seven days:\n${link.reveal()}\n\nIf you did not expect this, ignore it.\n`,
    ),
  };
}

export function resetMail(to: string, link: Secret): Message {
  return {
    to,
    subject: 'Set a new password for Plugboard',
    text: new Secret(
      `Somebody asked for a new password for your account on Plugboard.\n\nSet it here, within an hour:\n${link.reveal()}\n\nIf it was not you, ignore this: nothing changes.\n`,
    ),
  };
}
