import { seedBundled } from '../features/catalog/sources/seed.ts';
import {
  addStarterServers,
  type StarterOptions,
} from '../features/organizations/starter-servers.ts';
import type { AppServices } from './services.ts';

/**
 * Fills what a new installation begins with: the catalog with the bundled servers, at once, and the
 * starter toolbox with its servers, which are fetched meanwhile.
 */
export async function fillFirst(
  services: AppServices,
  organizationId: string,
  options: StarterOptions,
): Promise<void> {
  // Tried again in the background once the server is ready.
  const seeded = seedBundled(services, options.signal).catch((error: unknown) => {
    services.log.warn({ err: error }, 'the bundled servers are not in the catalog yet');
  });
  await addStarterServers(services, organizationId, options);
  await seeded;
}
