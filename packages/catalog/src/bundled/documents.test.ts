import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { credentialExamples } from '../../../../test/harness/credential-examples.ts';
import { repository } from '../../../../test/harness/repository.ts';
import {
  type ConfigurationSchema,
  configurationSchema,
  defaultTarget,
  resolveLaunch,
} from '../configuration/index.ts';
import { isSafePattern } from '../configuration/safe-pattern.ts';
import type { ServerJson } from '../server-json.ts';
import { bundledServers, findBundled } from './bundled.ts';

/** What they are called where people look for them; system row C10 and what goes beyond it. */
const expected = [
  'github playwright aws terraform mongodb docker kubernetes slack jira digitalocean supabase',
  'context7 perplexity postgres',
  'filesystem memory git redis notion stripe sentry linear figma cloudflare brave-search',
  'atlassian everything sequential-thinking chrome-devtools pdf-app azure azure-devops tavily',
  'firecrawl exa gitlab desktop-commander datadog hubspot elasticsearch shopify-dev netlify',
  'gcloud eslint antv-chart sqlite',
].flatMap((line) => line.split(' '));

const entries = bundledServers().map((entry) => [entry.meta.id, entry] as const);

/** The schemas of every way of running a server. */
function schemasOf(server: ServerJson): ConfigurationSchema[] {
  return [
    ...(server.packages ?? []).map((_, index) =>
      configurationSchema(server, { kind: 'package', index }),
    ),
    ...(server.remotes ?? []).map((_, index) =>
      configurationSchema(server, { kind: 'remote', index }),
    ),
  ];
}

describe('the bundled documents', () => {
  it('are 45 servers, each findable by the name that people know', () => {
    expect(entries).toHaveLength(45);
    for (const name of expected) expect(findBundled(name), name).toBeDefined();
  });

  it('are all told of in docs/servers.md', () => {
    const page = readFileSync(`${repository}/docs/servers.md`, 'utf8');
    expect(entries.filter(([id]) => !page.includes(`| \`${id}\``)).map(([id]) => id)).toEqual([]);
  });

  it.each(entries)('%s can be run or reached, at exact versions', (_, { server }) => {
    expect([...(server.packages ?? []), ...(server.remotes ?? [])]).not.toHaveLength(0);
    for (const { registryType, version, identifier } of server.packages ?? []) {
      if (registryType === 'oci') expect(identifier).toMatch(/:[\w.-]+$/);
      else expect(version).toBe(server.version);
    }
    for (const { url } of server.remotes ?? []) expect(url).toMatch(/^https:\/\//);
  });

  it.each(entries)('%s has no tool and no credential twice', (_, { meta }) => {
    const names = meta.tools.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const keys = meta.credentials.map(({ key, kind }) => key ?? kind);
    expect(new Set(keys).size).toBe(keys.length);
    const presets = meta.presets.map(({ id }) => id);
    expect(new Set(presets).size).toBe(presets.length);
    if (meta.toolsFrom !== 'unknown') expect(names).not.toHaveLength(0);
  });

  it.each(entries)('%s asks for credentials by keys that exist and are sealed', (_, entry) => {
    const schemas = schemasOf(entry.server);
    for (const { key, kind, required } of entry.meta.credentials) {
      if (key === undefined) {
        expect(kind).toBe('oauth');
        continue;
      }
      const properties = schemas.flatMap((schema) => schema.properties[key] ?? []);
      expect(properties, key).not.toHaveLength(0);
      const named = kind === 'file' || kind === 'cloud_profile';
      for (const property of properties) expect(property['x-plugboard'].secret).toBe(!named);
      if (required) expect(schemas.some((schema) => schema.required.includes(key))).toBe(true);
    }
  });

  it.each(entries)('%s names every secret as a credential, or says what it is', (_, entry) => {
    const known = new Set(entry.meta.credentials.map(({ key }) => key));
    for (const schema of schemasOf(entry.server)) {
      for (const key of schema.required) {
        if (schema.properties[key]?.['x-plugboard'].secret) expect(known).toContain(key);
      }
      for (const { description } of Object.values(schema.properties)) {
        expect(description).toMatch(/\S/);
      }
    }
  });

  it.each(entries)('%s knows what its credentials look like', (id, { meta }) => {
    for (const { key, format } of meta.credentials) {
      if (format === undefined) continue;
      const name = `${id} ${key}`;
      const pattern = new RegExp(`^(?:${format})$`);
      expect(isSafePattern(format), name).toBe(true);
      expect(credentialExamples[name], name).toMatch(pattern);
      for (const bad of ['', 'x', `${credentialExamples[name]}\n`, '<your key here>']) {
        expect(bad, name).not.toMatch(pattern);
      }
    }
  });

  it.each(entries)('%s tests credentials with a tool that only reads', (_, { meta }) => {
    for (const { test } of meta.credentials) {
      if (!test) continue;
      const tool = meta.tools.find(({ name }) => name === test.tool);
      // One tool that does everything has no level that tells the harmless call from another.
      if (meta.tools.length > 1) expect(tool?.level, test.tool).toBe('read');
      else expect(tool).toBeDefined();
    }
  });

  it.each(entries)('%s has presets of values that it accepts', (_, { server, meta }) => {
    const first = defaultTarget(server);
    const targets = [
      ...(first ? [first] : []),
      ...(server.packages ?? []).map((_, index) => ({ kind: 'package' as const, index })),
    ];
    for (const { id, values } of meta.presets) {
      const keys = Object.keys(values);
      const target = targets.find((each) => {
        const { properties } = configurationSchema(server, each);
        return keys.every((key) => Object.hasOwn(properties, key));
      });
      if (!target) throw new Error(`${id}: one of ${keys.join(', ')} is no key`);
      const { problems } = resolveLaunch(server, target, values, []);
      expect(problems.filter(({ key }) => keys.includes(key))).toEqual([]);
    }
  });

  it.each(entries)('%s reaches hosts by well-formed names and says why', (_, { meta }) => {
    const { network, networkReason } = meta.launch;
    expect(networkReason).toMatch(/\.$/);
    const policies = [network, ...meta.presets.flatMap((preset) => preset.network ?? [])];
    for (const policy of policies) {
      if (policy.mode !== 'allow') continue;
      for (const host of policy.hosts) {
        expect(host).toMatch(/^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/);
      }
    }
    for (const program of meta.launch.requires) expect(program).toMatch(/^\//);
  });
});
