import type { Member } from '@plugboard/contracts/api';

/** How a membership came about, in words. */
export const sourceWords: Readonly<Record<Member['source'], string>> = {
  invitation: 'invited',
  sso: 'single sign-on',
  scim: 'directory',
};
