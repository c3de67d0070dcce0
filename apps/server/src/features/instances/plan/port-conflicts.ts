import { createServer } from 'node:net';

import type { ServerJson } from '@plugboard/catalog';
import type { InstallConflict } from '@plugboard/contracts/api';

import type { TenantDb } from '../../tenant-db.ts';
import { type Launch, launchFromRow } from '../launch-row.ts';

/**
 * Ports that a launch says it listens on, where it shares this machine's network: those of a package
 * that is spoken to by HTTP, and what is commonly read as the port to listen on.
 */
export function portsOf(launch: Launch, listens: string | undefined): readonly number[] {
  if (launch.driver !== 'process' || launch.network.mode !== 'open') return [];
  const { args, env } = launch;
  const texts = args.map((arg, at) =>
    arg === '--port' ? args[at + 1] : /^--port=(\d+)$/.exec(arg)?.[1],
  );
  const named = ['PORT', 'MCP_PORT', 'HTTP_PORT', 'SERVER_PORT'].map((name) => env[name]);
  const address = listens === undefined ? undefined : URL.parse(listens)?.port;
  return [...new Set([...texts, ...named, address])]
    .map(Number)
    .filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
}

/** The address that a package listens on; undefined for one that is spoken to by its streams. */
export function listensOn(entry: ServerJson | undefined, index: number): string | undefined {
  const transport = entry?.packages?.[index]?.transport;
  return transport && transport.type !== 'stdio' ? transport.url : undefined;
}

export async function portConflicts(
  db: TenantDb,
  ports: readonly number[],
  dataDir: string,
): Promise<readonly InstallConflict[]> {
  if (ports.length === 0) return [];
  const rows = await db.selectFrom('instances').select(['slug', 'launch']).execute();
  const conflicts: InstallConflict[] = [];
  for (const port of ports) {
    const other = rows.find(({ launch }) =>
      portsOf(launchFromRow(launch, dataDir), undefined).includes(port),
    );
    if (!other && !(await isBound(port))) continue;
    conflicts.push({
      code: 'port_taken',
      severity: 'warning',
      message: other
        ? `It names the port ${port}, as the instance ${other.slug} does.`
        : `It names the port ${port}, on which a program of this machine listens.`,
      cure: 'If it listens there itself, give it another port with --set or --env.',
      subject: String(port),
    });
  }
  return conflicts;
}

function isBound(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve('code' in error && error.code === 'EADDRINUSE'));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}
