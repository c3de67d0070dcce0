import type { Instance, InstanceStateView } from '@plugboard/contracts/api';
import type { InstanceStatus } from '@plugboard/runtime';
import { z } from 'zod';

import type { ServerUrls } from '../../http/urls.ts';
import { type Hello, readHello } from '../definitions/read-hello.ts';
import { launchFromRow, secretNamesFromRow } from './launch-row.ts';
import type { InstanceRow } from './queries.ts';
import { plainCard, type ServerCard } from './server-cards.ts';

export interface PresentOptions {
  readonly urls: ServerUrls;
  readonly dataDir: string;
  /** Running copies, by the instance. */
  readonly statuses: ReadonlyMap<string, readonly InstanceStatus[]>;
  /** By the names of servers. */
  readonly cards: ReadonlyMap<string, ServerCard>;
  /** Remembers what was read: many instances are of the same server. To begin with, empty. */
  readonly hellos: Map<string, Hello>;
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
  const { urls, statuses, cards } = options;
  const copies = statuses.get(row.id) ?? [];
  const lastUsedAt = lastUseOf(row, copies);
  const { title, icon } = cards.get(row.server_name) ?? plainCard(row.server_name);
  return {
    id: row.id,
    slug: row.slug,
    toolbox: { id: row.toolbox_id, slug: row.toolbox_slug },
    server: row.server_name,
    title,
    icon,
    version: row.version,
    ...(row.newer_version !== null &&
      row.newer_than === row.version && { updateAvailable: row.newer_version }),
    launch: presentLaunch(row, options),
    secretNames: secretNamesFromRow(row.sealed_secrets),
    idleMs: row.idle_ms,
    startTimeoutMs: row.start_timeout_ms,
    state: row.stopped_at === null ? presentState(copies) : presentStopped(row.stopped_at),
    ...(lastUsedAt && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
    ...presentProtocol(row, options.hellos),
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
function presentProtocol(
  { era, hello }: InstanceRow,
  hellos: PresentOptions['hellos'],
): Pick<Instance, 'era' | 'protocolVersion'> {
  if (era === null || hello === null) return {};
  const key = `${era} ${hello}`;
  const known = hellos.get(key) ?? readHello(era, hello);
  hellos.set(key, known);
  const { protocolVersion } = known;
  return { era, ...(protocolVersion !== undefined && { protocolVersion }) };
}

/** By what runs here, or what any node wrote down; epoch milliseconds, 0 for never. */
function lastUseOf({ last_used_at: at }: InstanceRow, copies: readonly InstanceStatus[]): number {
  return Math.max(at?.getTime() ?? 0, ...copies.map(({ lastUsedAt }) => lastUsedAt ?? 0));
}

/** Of one that nobody may start, whatever of it is still ending. */
export function presentStopped(at: Date): InstanceStateView {
  return { name: 'stopped', stoppedAt: at.toISOString(), restarts: 0 };
}

/** Of several copies the one used last, of those that all share if there is one. */
export function presentState(statuses: readonly InstanceStatus[]): InstanceStateView {
  const shared = statuses.filter(({ own }) => own === undefined);
  const [status] = (shared.length > 0 ? shared : statuses).toSorted(
    (a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0),
  );
  // What nobody stopped starts with its next call, as one that was put to sleep.
  if (!status) return { name: 'sleeping', restarts: 0 };
  const { state, restarts, lastUsedAt, memoryBytes } = status;
  return {
    name: state.name === 'stopped' ? 'sleeping' : state.name,
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
