import { AppError } from '@plugboard/contracts';
import { findMember, type Range, splice } from '@plugboard/protocol';

import { sharedCredentials } from '../call/credential-set.ts';
import type { OfferedInstance, Upstreams } from '../ports.ts';
import type { Toolset } from '../toolset/toolset.ts';

/** How Plugboard names itself to clients. */
export interface ServerInfo {
  readonly name: string;
  readonly title: string;
  readonly version: string;
}

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
  startForHello: (instance: OfferedInstance) => Promise<Buffer>,
): Promise<Buffer> {
  const { endpoint, instances } = toolset;
  if (endpoint.toolbox !== undefined && instances.length === 0) {
    throw new AppError(
      'not_found',
      `There is nothing at /mcp${endpoint.path} that this agent may use. Check the path, or ask an admin for a grant.`,
    );
  }
  const [only] = instances;
  if (endpoint.instance !== undefined && only) {
    return transparentHello(only.hello ?? (await startForHello(only)), protocolVersion);
  }
  return Buffer.from(
    JSON.stringify({
      protocolVersion,
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true },
        completions: {},
        logging: {},
      },
      serverInfo,
      instructions: composeInstructions(instances),
    }),
  );
}

/** Starts a server that was never started, to learn how it presents itself. */
export function helloStarter(upstreams: Upstreams, organizationId: string) {
  return async (instance: OfferedInstance): Promise<Buffer> => {
    const upstream = await upstreams.acquire(organizationId, instance.id, sharedCredentials);
    return upstream.hello.result;
  };
}

/** A server's hello with the version agreed on here and only the capabilities that can be kept. */
function transparentHello(hello: Buffer, protocolVersion: string): Buffer {
  const whole = { start: 0, end: hello.length };
  const edits: { range: Range; replacement: Buffer }[] = [];
  const version = findMember(hello, whole, 'protocolVersion');
  if (version) edits.push({ range: version, replacement: jsonText(protocolVersion) });
  const capabilities = findMember(hello, whole, 'capabilities');
  if (capabilities) {
    const text = hello.toString('utf8', capabilities.start, capabilities.end);
    edits.push({ range: capabilities, replacement: jsonText(routable(JSON.parse(text))) });
  }
  return splice(
    hello,
    edits.sort((a, b) => a.range.start - b.range.start),
  );
}

/**
 * Capabilities without those that need a way from the server to one client, and with list changes,
 * which Plugboard itself tells when grants change.
 */
function routable(declared: unknown): unknown {
  if (!isObject(declared)) return {};
  const { tasks: _tasks, ...capabilities } = declared;
  for (const noun of ['tools', 'prompts', 'resources']) {
    const capability = capabilities[noun];
    if (!isObject(capability)) continue;
    const { subscribe: _subscribe, ...kept } = capability;
    capabilities[noun] = { ...kept, listChanged: true };
  }
  return capabilities;
}

function composeInstructions(instances: readonly OfferedInstance[]): string {
  const servers = instances.map(({ slug, hello }) => {
    const instructions = hello && instructionsOf(hello);
    return instructions ? `## ${slug}\n\n${instructions}` : undefined;
  });
  const names = instances.map(({ slug }) => slug).join(', ');
  const intro = instances.length
    ? `Tools and prompts of several servers, each named <server>__<name>; resources begin with <server>+. Servers: ${names}.`
    : 'Nothing is granted to this agent yet.';
  return [intro, ...servers.filter((text) => text !== undefined)].join('\n\n');
}

function instructionsOf(hello: Buffer): string | undefined {
  const parsed: unknown = JSON.parse(hello.toString());
  if (!isObject(parsed) || typeof parsed['instructions'] !== 'string') return undefined;
  return parsed['instructions'].trim();
}

function jsonText(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
