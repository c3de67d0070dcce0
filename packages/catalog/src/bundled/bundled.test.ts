import { describe, expect, it } from 'vitest';

import { launchHintsKey, launchHintsSchema } from '../launch-hints.ts';
import { serverJsonSchema } from '../server-json.ts';
import { bundledServers, findBundled, starterServers } from './bundled.ts';

describe('bundledServers', () => {
  it.each(bundledServers.map((entry) => [entry.launch.id, entry] as const))(
    '%s is valid and unchanged by parsing',
    (_, { server, launch }) => {
      expect(serverJsonSchema.parse(server)).toEqual(server);
      expect(launchHintsSchema.parse(server._meta?.[launchHintsKey])).toEqual(launch);
      expect(server.packages?.[0]?.version).toBe(server.version);
    },
  );

  it('has no name twice', () => {
    const names = bundledServers.flatMap(({ server, launch }) => [
      launch.id,
      server.name,
      ...(server.packages ?? []).map((entry) => entry.identifier),
    ]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('findBundled', () => {
  it('finds by registry name, package name and short id', () => {
    for (const name of ['io.github.bytebase/dbhub', '@bytebase/dbhub', 'dbhub']) {
      expect(findBundled(name)?.launch.id).toBe('dbhub');
    }
  });

  it('finds every server of the starter toolbox and nothing else by chance', () => {
    for (const id of starterServers) expect(findBundled(id)?.launch.id).toBe(id);
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
