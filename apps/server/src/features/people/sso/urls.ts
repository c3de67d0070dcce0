import type { AppServices } from '../../../app/services.ts';

type Services = Pick<AppServices, 'server'>;

interface Place {
  readonly organizationId: string;
  readonly providerId: string;
}

/** Each provider has addresses of its own, so that an answer of one is never taken for another's. */
export function ssoUrl(
  { server }: Services,
  { organizationId, providerId }: Place,
  what: 'start' | 'callback' | 'acs' | 'finish' | 'metadata' | 'test',
): string {
  return `${new URL(server.urls.base).origin}/sso/${organizationId}/${providerId}/${what}`;
}
