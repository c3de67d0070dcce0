import { describe, expect, it } from 'vitest';

import { bundledServers } from '../bundled/bundled.ts';
import { catalogMetaKey } from '../catalog-meta.ts';
import { type ServerJson, serverJsonSchema } from '../server-json.ts';
import { configurationFacts } from './catalog-facts.ts';
import { configurationSchema } from './configuration-schema.ts';
import { defaultTarget } from './launch-target.ts';
import { resolveLaunch } from './resolve-launch.ts';

const npm = { kind: 'package', index: 0 } as const;

function buildEntry(given: Record<string, unknown>, _meta?: Record<string, unknown>): ServerJson {
  return serverJsonSchema.parse({
    name: 'com.example/server',
    description: 'A server',
    version: '1.0.0',
    packages: [
      { registryType: 'npm', identifier: 'server', transport: { type: 'stdio' }, ...given },
    ],
    ...(_meta && { _meta }),
  });
}

describe('configurationSchema', () => {
  it('has types, defaults, choices and secrets', () => {
    const entry = buildEntry({
      environmentVariables: [
        { name: 'PORT', format: 'number', default: '80', description: 'Where it listens' },
        { name: 'TOKEN', isSecret: true, isRequired: true, default: undefined },
        { name: 'MODE', choices: ['a', 'b'] },
      ],
      packageArguments: [
        { type: 'positional', valueHint: 'folder', format: 'filepath', isRepeated: true },
        { type: 'positional' },
        { type: 'named', name: '--read-only', format: 'boolean' },
      ],
    });
    const { properties, required } = configurationSchema(entry, npm);
    expect(required).toEqual(['TOKEN']);
    expect(properties).toMatchObject({
      PORT: { type: 'number', default: 80, description: 'Where it listens' },
      TOKEN: { type: 'string', writeOnly: true, 'x-plugboard': { secret: true, in: 'env' } },
      MODE: { enum: ['a', 'b'] },
      folder: { type: 'array', items: { type: 'string' }, 'x-plugboard': { format: 'filepath' } },
      'argument-2': { type: 'string' },
      'read-only': { type: 'boolean', 'x-plugboard': { name: '--read-only' } },
    });
  });

  it('takes titles, forms and where to get them from the facts of the catalog', () => {
    const facts = {
      credentials: [
        {
          key: 'TOKEN',
          kind: 'token',
          title: 'Access token',
          required: true,
          url: 'https://example.com/tokens',
          format: 'ex_[a-z]{4}',
          test: { tool: 'whoami', arguments: {} },
        },
      ],
      presets: [],
      launch: {
        arguments: [],
        env: {},
        network: { mode: 'off' },
        networkReason: 'none',
        limits: { memoryMb: 256, cpus: 1, pids: 64 },
        requires: [],
      },
    };
    const given = { environmentVariables: [{ name: 'TOKEN', isSecret: true }] };
    const entry = buildEntry(given, { [catalogMetaKey]: facts });
    expect(configurationSchema(entry, npm).properties.TOKEN).toMatchObject({
      title: 'Access token',
      pattern: '^(?:ex_[a-z]{4})$',
      'x-plugboard': { credential: 'token', url: 'https://example.com/tokens', testable: true },
    });
  });

  it('keeps keys unique, and those before when something is added behind', () => {
    const variables = { token: { isSecret: true } };
    const named = (name: string) => ({ type: 'named', name });
    const first = {
      packageArguments: [
        named('--host'),
        named('-host'),
        { type: 'positional', valueHint: 'host' },
      ],
      environmentVariables: [
        { name: 'A', value: 'x{token}', variables },
        { name: 'B', value: 'y{token}', variables },
        { name: 'host' },
      ],
    };
    const keys = Object.keys(configurationSchema(buildEntry(first), npm).properties);
    expect(keys).toEqual(['host-2', 'host-3', 'host-4', 'A.token', 'B.token', 'host']);
    const more = { ...first, packageArguments: [...first.packageArguments, named('--host')] };
    expect(Object.keys(configurationSchema(buildEntry(more), npm).properties)).toEqual(
      expect.arrayContaining(keys),
    );
  });

  it.each(bundledServers().map(({ server }) => [server.name, server] as const))(
    'describes %s, and resolves each of its presets',
    (_name, entry) => {
      const target = defaultTarget(entry);
      if (!target) return;
      const { properties } = configurationSchema(entry, target);
      const { secrets } = resolveLaunch(entry, target, {}, []);
      const facts = configurationFacts(entry);
      expect(facts).toBeDefined();
      for (const { key } of secrets) expect(properties[key]?.writeOnly).toBe(true);
      // A preset may be for another of its packages, which needs an engine.
      if (target.kind === 'remote') return;
      for (const { id, values } of facts?.presets ?? []) {
        const named = resolveLaunch(
          entry,
          target,
          values,
          secrets.map(({ key }) => key),
          {
            mounts: ['/'],
          },
        ).problems.filter(({ key }) => Object.hasOwn(values, key));
        expect(named, id).toEqual([]);
      }
    },
  );
});
