import { AppError } from '@plugboard/contracts';
import type { UpstreamAuthorization } from '@plugboard/protocol';

import type { ServerUrls } from '../../../http/urls.ts';

/**
 * Of a remote server whom nothing authorizes, such as one whose connection was removed: its requests go
 * out as they are, and when it challenges, the call says where to sign in rather than that it failed.
 */
export function wantSignIn(
  { base }: Pick<ServerUrls, 'base'>,
  slug: string,
): UpstreamAuthorization {
  return {
    headers: () => ({}),
    async refused({ status, challenge }) {
      const { readChallenge } = await import('@plugboard/oauth');
      if (status !== 401 || !readChallenge(challenge)) return false;
      const connectUrl = `${base}/connect/${slug}`;
      throw new AppError(
        'sign_in_required',
        `${slug} wants a sign-in, and no account is connected for it. An owner or admin can connect one at ${connectUrl}`,
        { details: { connectUrl, instance: slug, missing: ['Authorization'] } },
      );
    },
  };
}
