import type { ServerFacts } from '../../../app/services.ts';

export const scimPath = '/scim/v2';

/** What a directory is told to send its requests to. */
export function scimUrl({ urls }: Pick<ServerFacts, 'urls'>): string {
  return urls.base + scimPath;
}
