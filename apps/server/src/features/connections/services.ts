import type { AppServices } from '../../app/services.ts';

/** What connecting works with. */
export type ConnectionServices = Pick<
  AppServices,
  | 'db'
  | 'audit'
  | 'clock'
  | 'heard'
  | 'keyring'
  | 'installationKey'
  | 'log'
  | 'people'
  | 'refusedRequests'
  | 'server'
  | 'vault'
>;

/** Where authorization servers send browsers back to. */
export function redirectUri({ server }: Pick<AppServices, 'server'>): string {
  return `${server.urls.base}/connect/callback`;
}
