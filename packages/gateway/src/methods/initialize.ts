import { AppError } from '@plugboard/contracts';

import { credentialSetOf } from '../call/credential-set.ts';
import type { AgentIdentity, OfferedInstance, Upstreams } from '../ports.ts';
import type { Toolset } from '../toolset/toolset.ts';
import {
  aggregateDiscoverResult,
  aggregateInitializeResult,
  type ServerInfo,
} from './aggregate.ts';
import { toDiscoverResult, toInitializeResult } from './hello.ts';

export type { ServerInfo } from './aggregate.ts';

/** Learns how a server presents itself that was never started, by starting it. */
export type StartForHello = (instance: OfferedInstance) => Promise<Buffer>;

/**
 * The `initialize` result (MCP 2025-11-25, lifecycle) for an endpoint, as JSON text: on a transparent
 * endpoint the server's own words, otherwise Plugboard's with the servers' instructions under it.
 *
 * Rejects with `not_found` when the agent may use nothing there.
 */
export async function initializeResult(
  toolset: Toolset,
  protocolVersion: string,
  serverInfo: ServerInfo,
  startForHello: StartForHello,
): Promise<Buffer> {
  const only = servedAlone(toolset);
  if (!only) return aggregateInitializeResult(toolset, protocolVersion, serverInfo);
  const hello = only.hello ?? (await startForHello(only));
  return toInitializeResult(hello, protocolVersion, only.slug);
}

/** The `server/discover` result (MCP 2026-07-28, discovery) for an endpoint, as `initializeResult`. */
export async function discoverResult(
  toolset: Toolset,
  serverInfo: ServerInfo,
  startForHello: StartForHello,
): Promise<Buffer> {
  const only = servedAlone(toolset);
  if (!only) return aggregateDiscoverResult(toolset, serverInfo);
  return toDiscoverResult(only.hello ?? (await startForHello(only)));
}

/** Starts a server that was never started, to learn how it presents itself. */
export function helloStarter(
  upstreams: Upstreams,
  identity: Pick<AgentIdentity, 'organizationId' | 'agentId' | 'memberId'>,
): StartForHello {
  return async (instance) => {
    const set = credentialSetOf(identity, instance);
    const upstream = await upstreams.acquire(identity.organizationId, instance.id, set);
    return upstream.hello.result;
  };
}

/** The server of a transparent endpoint. Throws `not_found` for an endpoint without anything. */
function servedAlone(toolset: Toolset): OfferedInstance | undefined {
  requireServed(toolset);
  return toolset.endpoint.instance === undefined ? undefined : toolset.instances[0];
}

/** Throws `not_found` for an endpoint, other than that of everything, where the agent may use nothing. */
export function requireServed({ endpoint, instances }: Toolset): void {
  if (endpoint.toolbox === undefined || instances.length > 0) return;
  throw new AppError(
    'not_found',
    `There is nothing at /mcp${endpoint.path} that this agent may use. Check the path, or ask an admin for a grant.`,
  );
}
