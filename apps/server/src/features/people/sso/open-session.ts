import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';

/**
 * Makes the session of somebody whom an organization's provider signed in. Called from inside alone:
 * its path is none that auth-app.ts lets through.
 */
export const ssoSessions = () => ({
  id: 'plugboard-sso' as const,
  endpoints: {
    openSsoSession: createAuthEndpoint(
      '/sso/session',
      {
        method: 'POST',
        body: z.object({ userId: z.string(), organizationId: z.string(), providerId: z.string() }),
        metadata: { SERVER_ONLY: true },
      },
      async (c) => {
        const { userId, organizationId, providerId } = c.body;
        const { internalAdapter } = c.context;
        const user = await internalAdapter.findUserById(userId);
        if (!user) throw new Error('a provider signed nobody in');
        const session = await internalAdapter.createSession(userId, false, {
          ssoOrganizationId: organizationId,
          ssoProviderId: providerId,
        });
        await setSessionCookie(c, { session, user });
        return c.json({});
      },
    ),
  },
});
