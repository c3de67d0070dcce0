import { readFileSync } from 'node:fs';

import { levelCovers, type Level } from '@plugboard/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { realData } from '../../../../test/harness/real-data.ts';
import { bundledServers, type BundledServer, findBundled } from './bundled.ts';

const factsFile = realData('top-servers.json');
const toolsFile = realData('observed-tools/observed-tools.json');

const factsSchema = z.array(
  z.object({
    id: z.string(),
    package: z
      .object({
        registry: z.string(),
        name: z.string(),
        version: z.string().optional(),
        nodeEngines: z.string().nullish(),
        downloadsPerMonth: z.number().optional(),
        mcpName: z.string().nullish(),
      })
      .nullable(),
    env: z.array(z.object({ name: z.string(), required: z.boolean(), secret: z.boolean() })),
    remote: z.object({ url: z.string(), gatewayUrl: z.string().optional() }).nullable(),
    tools: z.object({ names: z.array(z.string()) }),
    startupMs: z.number().nullable(),
    rssMB: z.number().nullable(),
    runsOffline: z.boolean(),
    usableOffline: z.boolean(),
  }),
);

const toolSchema = z.object({
  name: z.string(),
  annotations: z
    .object({ readOnlyHint: z.boolean().optional(), destructiveHint: z.boolean().optional() })
    .optional(),
});
const observedSchema = z.record(
  z.string(),
  z.object({ package: z.string(), version: z.string(), tools: z.array(toolSchema) }),
);

function readFacts(): z.output<typeof factsSchema> {
  return factsFile === undefined ? [] : factsSchema.parse(parsed(factsFile));
}

function parsed(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** What a tool's annotations say outright; undefined where they leave it open. */
function saidLevel(tool: z.output<typeof toolSchema>): Level | undefined {
  const { readOnlyHint, destructiveHint } = tool.annotations ?? {};
  if (destructiveHint === true) return 'execute';
  if (readOnlyHint === true) return 'read';
  return readOnlyHint === false && destructiveHint === false ? 'write' : undefined;
}

/** Variables of a server that a person does not choose: transports that are not used here, and patterns. */
const left =
  /^(?:PLAYWRIGHT_MCP_\*|AUTH_TOKEN|HUB_USERNAME|GIT_USERNAME|GIT_EMAIL)$|TRANSPORT|^MCP_(?:AUTH_MODE|ALLOWED_ORIGINS|SESSION_MODE)$/;

describe.skipIf(factsFile === undefined)('the facts of the bundled servers', () => {
  it.each(readFacts().map((facts) => [facts.id, facts] as const))('%s agree', (id, facts) => {
    const entry = findBundled(id);
    if (!entry) throw new Error(`${id} is not there`);
    const { server, meta } = entry;
    if (facts.package) {
      const { registry, name, version, mcpName } = facts.package;
      const used = server.packages?.find(({ registryType }) => registryType === registry);
      expect(used?.identifier).toContain(name);
      if (version !== undefined) expect(server.version).toBe(version);
      if (mcpName) expect(server.name).toBe(mcpName);
      if (registry === 'npm') {
        expect(meta.node).toBe(facts.package.nodeEngines ?? undefined);
        expect(meta.downloadsPerMonth).toBe(facts.package.downloadsPerMonth);
      }
    }
    if (facts.remote) {
      const { url, gatewayUrl } = facts.remote;
      // AWS's own is reached through the package, which signs for it.
      expect(JSON.stringify([server.remotes, server.packages])).toContain(
        new URL(gatewayUrl ?? url).host,
      );
    }
    expect(variablesMissing(entry, facts.env)).toEqual([]);
    const names = meta.tools.map((tool) => tool.name);
    expect(facts.tools.names.filter((name) => !names.includes(name))).toEqual([]);
    expect(meta.measured?.startMs).toBe(facts.startupMs ?? undefined);
    expect(meta.measured?.memoryMb).toBe(facts.rssMB ?? undefined);
    const offline = facts.usableOffline ? 'works' : facts.runsOffline ? 'lists' : 'no';
    expect(meta.offline).toBe(offline);
  });

  it('are of all servers that are bundled', () => {
    const ids = new Set(readFacts().map(({ id }) => findBundled(id)?.meta.id));
    expect(bundledServers().filter(({ meta }) => !ids.has(meta.id))).toEqual([]);
  });
});

function variablesMissing(
  { server, meta }: BundledServer,
  wanted: readonly { name: string; secret: boolean; required: boolean }[],
): string[] {
  const variables = (server.packages ?? []).flatMap((each) => each.environmentVariables ?? []);
  return wanted.flatMap(({ name, secret, required }) => {
    if (left.test(name) || Object.hasOwn(meta.launch.env, name)) return [];
    if (name.endsWith('USAGE_STATISTICS')) return [];
    const found = variables.find((variable) => variable.name === name);
    if (!found) return [`${name} is missing`];
    const isPath = found.format === 'filepath';
    if (secret && found.isSecret !== true && !isPath) return [`${name} is secret`];
    return required && !found.isRequired && meta.offline === 'no' ? [`${name} is required`] : [];
  });
}

describe.skipIf(toolsFile === undefined)('the levels of observed tools', () => {
  const observed =
    toolsFile === undefined
      ? []
      : Object.values(observedSchema.parse(parsed(toolsFile))).flatMap((server) => {
          const entry = findBundled(server.package);
          return entry && entry.server.version === server.version
            ? [[entry.meta.id, entry, server] as const]
            : [];
        });

  it.each(observed)('%s are never below what the server says itself', (_, entry, { tools }) => {
    for (const tool of tools) {
      const known = entry.meta.tools.find(({ name }) => name === tool.name);
      // Listed by another choice of services.
      if (!known) continue;
      const said = saidLevel(tool);
      if (said) expect(levelCovers(known.level, said), tool.name).toBe(true);
    }
  });

  it('were compared for most of the servers', () => {
    expect(observed.length).toBeGreaterThan(25);
  });
});
