import type { DescribedConfiguration } from '@plugboard/contracts/api';

import type { AppServices } from '../../app/services.ts';
import { withTenant } from '../../store/tenant.ts';
import { resolveServer } from '../instances/prepare/resolve-server.ts';
import type { Actor } from '../members/policy.ts';
import { describeConfiguration } from './present-configuration.ts';

/**
 * What can be configured of a server that a request for an instance would name. Sources of every
 * audience are looked in: for those who may add servers. Rejects as `resolveServer` does.
 */
export async function describeServer(
  { db }: Pick<AppServices, 'db'>,
  { organizationId }: Pick<Actor, 'organizationId'>,
  { server: name, version }: { readonly server: string; readonly version?: string | undefined },
): Promise<DescribedConfiguration> {
  const { server } = await withTenant(db, organizationId, (tx) =>
    resolveServer(tx, version === undefined ? name : `${name}@${version}`, {
      allowPrivateNetwork: true,
    }),
  );
  const { entry, target } = server;
  return describeConfiguration({
    serverName: entry?.name ?? name,
    version: entry?.version ?? version ?? 'latest',
    entry,
    target,
    remote: server.kind === 'remote',
  });
}
