import { type Era, modernVersions, serverInfoKey } from '@plugboard/protocol';

import { valueAt } from '../call/value-at.ts';
import type { OfferedInstance } from '../ports.ts';
import { appsExtension } from '../toolset/tool-traits.ts';
import type { Toolset } from '../toolset/toolset.ts';
import { instructionsOf, longestTtlMs } from './hello.ts';

/** How Plugboard names itself to clients. */
export interface ServerInfo {
  readonly name: string;
  readonly title: string;
  readonly version: string;
}

/** The `initialize` result of an endpoint that aggregates, as JSON text. */
export function aggregateInitializeResult(
  { instances }: Toolset,
  protocolVersion: string,
  serverInfo: ServerInfo,
): Buffer {
  return Buffer.from(
    JSON.stringify({
      protocolVersion,
      capabilities: capabilitiesOf(instances, 'legacy'),
      serverInfo,
      instructions: composeInstructions(instances),
    }),
  );
}

/** The `server/discover` result of an endpoint that aggregates, as JSON text. */
export function aggregateDiscoverResult({ instances }: Toolset, serverInfo: ServerInfo): Buffer {
  return Buffer.from(
    JSON.stringify({
      resultType: 'complete',
      supportedVersions: modernVersions,
      capabilities: capabilitiesOf(instances, 'modern'),
      instructions: composeInstructions(instances),
      ttlMs: longestTtlMs,
      cacheScope: 'private',
      _meta: { [serverInfoKey]: serverInfo },
    }),
  );
}

/** Extensions whose messages an endpoint that aggregates can route to the server they are for. */
const routable: Readonly<Record<Era, readonly string[]>> = {
  legacy: [appsExtension],
  modern: [appsExtension, 'io.modelcontextprotocol/tasks'],
};

function capabilitiesOf(instances: readonly OfferedInstance[], era: Era): object {
  const extensions = extensionsOf(instances, routable[era]);
  return {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    completions: {},
    logging: {},
    ...(Object.keys(extensions).length > 0 && { extensions }),
  };
}

/** What any of the servers declares of them; settings only where all that declare it agree on them. */
function extensionsOf(
  instances: readonly OfferedInstance[],
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { hello } of instances) {
    const declared = hello && valueAt(JSON.parse(hello.toString()), ['capabilities', 'extensions']);
    for (const name of names) {
      const settings = valueAt(declared, [name]);
      if (typeof settings !== 'object' || settings === null) continue;
      const isNew = !Object.hasOwn(found, name);
      const agrees = isNew || JSON.stringify(found[name]) === JSON.stringify(settings);
      found[name] = agrees ? settings : {};
    }
  }
  return found;
}

/** The instructions of all servers, under an introduction to how they are told apart. */
function composeInstructions(reached: readonly OfferedInstance[]): string {
  const instances = reached.filter(({ stopped }) => stopped !== true);
  const servers = instances.map(({ slug, hello }) => {
    const instructions = hello && instructionsOf(hello);
    return instructions ? `## ${slug}\n\n${instructions}` : undefined;
  });
  const names = instances.map(({ slug }) => slug).join(', ');
  const intro = reached.length
    ? `Tools and prompts of several servers, each named <server>__<name>; resources begin with <server>+. Servers: ${names}.`
    : 'Nothing is granted to this agent yet.';
  return [intro, ...servers.filter((text) => text !== undefined)].join('\n\n');
}
