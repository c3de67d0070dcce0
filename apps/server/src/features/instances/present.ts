import type { Instance, InstanceStateView } from '@plugboard/contracts/api';
import type { InstanceStatus } from '@plugboard/runtime';
import { z } from 'zod';

import type { ServerUrls } from '../../http/urls.ts';
import { readHello } from '../definitions/read-hello.ts';
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
  const copies = statuses.filter((status) => status.instanceId === row.id);
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
    state: presentState(copies),
    ...presentProtocol(row),
    ownConnections: copies.filter(({ own, state }) => own && state.name === 'ready').length,
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

/** What it spoke at its last start. */
function presentProtocol({ era, hello }: InstanceRow): Pick<Instance, 'era' | 'protocolVersion'> {
  if (era === null || hello === null) return {};
  const { protocolVersion } = readHello(era, hello);
  return { era, ...(protocolVersion !== undefined && { protocolVersion }) };
}

/** Of several copies the one used last, of those that all share if there is one. */
function presentState(statuses: readonly InstanceStatus[]): InstanceStateView {
  const shared = statuses.filter(({ own }) => own === undefined);
  const [status] = (shared.length > 0 ? shared : statuses).toSorted(
    (a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0),
  );
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
