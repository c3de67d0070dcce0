import type { Secret } from '@plugboard/vault';

import { exchange } from './exchange.ts';
import { OAuthFailure } from './failure.ts';
import type { OAuthNetwork } from './network.ts';
import { readJson } from './read-json.ts';

export interface UserInfoInput extends OAuthNetwork {
  /** `userinfo_endpoint` of the provider's metadata. */
  readonly endpoint: string;
  readonly accessToken: Secret;
  /** `sub` of the ID token that came with the access token. */
  readonly subject: string;
}

/**
 * Claims of the UserInfo endpoint (OpenID Connect Core section 5.3). Those of anybody but the subject
 * are refused (section 5.3.2), as are signed answers, which nobody asked for.
 */
export async function readUserInfo(
  input: UserInfoInput,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await exchange(input, input.endpoint, {
    method: 'GET',
    headers: { authorization: `Bearer ${input.accessToken.reveal()}` },
  });
  if (response.status !== 200) {
    throw new OAuthFailure(
      'protocol',
      'userinfo_refused',
      `The provider answered ${response.status} when it was asked who this is.`,
    );
  }
  const claims = await readJson(response, 'What the provider knows of the person');
  if (claims['sub'] === input.subject) return claims;
  throw new OAuthFailure(
    'protocol',
    'userinfo_of_another',
    'The provider answered with claims of another person, so nothing of them is used.',
  );
}
