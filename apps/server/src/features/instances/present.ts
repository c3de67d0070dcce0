import type { Instance, InstanceStateView } from '@plugboard/contracts/api';
import type { InstanceStatus } from '@plugboard/runtime';
import { z } from 'zod';

import type { ServerUrls } from '../../http/urls.ts';
import { launchFromRow, sealedSecretsFromRow } from './launch-row.ts';
import type { InstanceRow } from './queries.ts';

export interface PresentOptions {
  readonly urls: ServerUrls;
  readonly dataDir: string;
  /** Its running copies. */
  readonly statuses: readonly InstanceStatus[];
  /** Whether the reader may see values that were set for its launch. */
  readonly showLaunch: boolean;
}

const offersSchema = z.object({
  tools: z.int(),
  prompts: z.int(),
  resources: z.int(),
  resourceTemplates: z.int(),
});

export function presentInstance(row: InstanceRow, options: PresentOptions): Instance {
  const { urls, statuses } = options;
  return {
    id: row.id,
    slug: row.slug,
    toolbox: { id: row.toolbox_id, slug: row.toolbox_slug },
    server: row.server_name,
    version: row.version,
    launch: presentLaunch(row, options),
    secretNames: [...sealedSecretsFromRow(row.sealed_secrets).keys()],
    idleMs: row.idle_ms,
    startTimeoutMs: row.start_timeout_ms,
    state: presentState(statuses.filter((status) => status.instanceId === row.id)),
    offers: offersSchema.parse(row.offers),
    mcpUrl: `${urls.mcp}/${row.toolbox_slug}/${row.slug}`,
    ...(row.defined_at && { definedAt: row.defined_at.toISOString() }),
    createdAt: row.created_at.toISOString(),
  };
}

function presentLaunch(
  row: InstanceRow,
  { dataDir, showLaunch }: PresentOptions,
): Instance['launch'] {
  const launch = launchFromRow(row.launch, dataDir);
  if (launch.driver === 'remote') {
    const { driver, transport, url, headers, allowPrivateNetwork } = launch;
    return { driver, transport, url, allowPrivateNetwork, ...(showLaunch && { headers }) };
  }
  const { driver, args, env, network, limits, mounts } = launch;
  const policy = network.mode === 'allow' ? { ...network, hosts: [...network.hosts] } : network;
  return {
    driver,
    network: policy,
    limits,
    mounts: [...mounts],
    ...(showLaunch && { args: [...args], env }),
  };
}

/** Of several copies the one used last. */
function presentState(statuses: readonly InstanceStatus[]): InstanceStateView {
  const [status] = statuses.toSorted((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0));
  if (!status) return { name: 'stopped', restarts: 0 };
  const { state, restarts, lastUsedAt, memoryBytes } = status;
  return {
    name: state.name,
    ...('since' in state && { since: new Date(state.since).toISOString() }),
    ...('pid' in state && state.pid !== undefined && { pid: state.pid }),
    ...(state.name === 'failing' && {
      reason: state.reason,
      failures: state.failures,
      retryAt: new Date(state.retryAt).toISOString(),
    }),
    restarts,
    ...(lastUsedAt !== undefined && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
    ...(memoryBytes !== undefined && { memoryBytes }),
  };
}
