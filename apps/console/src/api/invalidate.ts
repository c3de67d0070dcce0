import type { LiveEvent } from '@plugboard/contracts/api';
import type { QueryClient } from '@tanstack/react-query';

import { orpc } from './client.ts';

/** The parts of the API whose answers a change may have made old. */
const touched: Readonly<Record<string, readonly Exclude<keyof typeof orpc, 'key'>[]>> = {
  access: ['agents', 'grants', 'access', 'toolboxes', 'overview'],
  instance: [
    'instances',
    'configuration',
    'versions',
    'status',
    'overview',
    'catalog',
    'toolboxes',
    'access',
  ],
  definitions: ['offerings', 'instances', 'access'],
  connection: ['connections', 'credentials', 'overview', 'status'],
  credential: ['credentials', 'instances', 'overview'],
  keys: ['keys'],
  member: ['members', 'overview'],
  api_key: ['apiKeys'],
  organization: ['organization', 'licencePolicy', 'sso', 'scim', 'me'],
  catalog: ['catalog', 'sources'],
};

/** Has read anew what an event says may have changed, if it is shown anywhere. */
export function invalidate(client: QueryClient, event: LiveEvent): void {
  if (event.type === 'missed' || (event.type === 'change' && event.about === 'everything')) {
    void client.invalidateQueries();
    return;
  }
  if (event.type !== 'change') return;
  for (const part of touched[event.about] ?? []) {
    void client.invalidateQueries({ queryKey: orpc[part].key() });
  }
}
