import { describe, expect, it } from 'vitest';

import { catalogMetaKey, catalogMetaSchema } from '../catalog-meta.ts';
import { serverJsonSchema, serverJsonSchemaUrl } from '../server-json.ts';
import { bundledDigest } from './bundled-files.ts';
import { bundledServers, findBundled, starterServers } from './bundled.ts';

describe('bundledServers', () => {
  it.each(bundledServers().map((entry) => [entry.meta.id, entry] as const))(
    '%s is valid and unchanged by parsing',
    (_, { server, meta }) => {
      expect(serverJsonSchema.parse(server)).toEqual(server);
      expect(catalogMetaSchema.parse(server._meta?.[catalogMetaKey])).toEqual(meta);
      expect(server.$schema).toBe(serverJsonSchemaUrl);
      expect(Object.keys(server._meta ?? {})).toEqual([catalogMetaKey]);
    },
  );

  it('has no name twice', () => {
    const names = bundledServers().flatMap(({ server, meta }) => [
      meta.id,
      ...meta.aliases,
      server.name,
      ...(server.packages ?? []).map((entry) => entry.identifier),
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('reads its files once', () => {
    expect(bundledServers()).toBe(bundledServers());
  });
});

describe('findBundled', () => {
  it('finds by registry name, package name, short id and alias', () => {
    for (const name of ['io.github.bytebase/dbhub', '@bytebase/dbhub', 'dbhub', 'postgres']) {
      expect(findBundled(name)?.meta.id).toBe('dbhub');
    }
  });

  it('finds every server of the starter toolbox and nothing else by chance', () => {
    for (const id of starterServers) expect(findBundled(id)?.meta.id).toBe(id);
    for (const name of [
      '',
      'constructor',
      'Memory',
      '@modelcontextprotocol/server-memory@latest',
    ]) {
      expect(findBundled(name)).toBeUndefined();
    }
  });
});

describe('bundledDigest', () => {
  it('is a SHA-256', () => {
    expect(bundledDigest()).toMatch(/^[0-9a-f]{64}$/);
    expect(bundledDigest()).toBe(bundledDigest());
  });
});
