import { describe, expect, it } from 'vitest';

import { decide } from '../access/decide.ts';
import { parseEndpoint } from '../endpoint.ts';
import { buildGrant, buildInstance, buildOffering } from '../testing/build.ts';
import { narrowAccess } from './narrow-access.ts';
import { createToolsets } from './toolsets.ts';

const one = { ...buildInstance('one', [buildOffering('read')]), toolboxId: 'a', toolboxSlug: 'a' };
const two = { ...buildInstance('two', [buildOffering('read')]), toolboxId: 'b', toolboxSlug: 'b' };
const grants = [
  buildGrant({ id: '1', target: { scope: 'toolbox', toolboxId: 'a' } }),
  buildGrant({ id: '2', target: { scope: 'instance', instanceId: two.id } }),
  buildGrant({ id: '3', effect: 'deny', target: { scope: 'instance', instanceId: one.id } }),
];
const snapshot = { grants, instances: [one, two] };

describe('narrowAccess', () => {
  it('leaves all to a token that is held to nothing', () => {
    expect(narrowAccess(snapshot, undefined)).toEqual(snapshot);
  });

  it('keeps the instances of the toolboxes, the grants that reach them and every denial', () => {
    const narrowed = narrowAccess(snapshot, ['b']);
    expect(narrowed.instances).toEqual([two]);
    expect(narrowed.grants.map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('leaves nothing that would allow what is outside', () => {
    const { grants: left } = narrowAccess({ ...snapshot, grants: grants.slice(0, 2) }, ['b']);
    const subject = {
      toolboxId: 'a',
      instanceId: one.id,
      kind: 'tool',
      name: 'read',
      level: 'read',
    } as const;
    expect(decide(left, subject, 0)).toMatchObject({ allowed: false, reason: 'no_grant' });
  });

  it('leaves nothing to a token that is held to no toolbox', () => {
    expect(narrowAccess({ ...snapshot, grants: grants.slice(0, 2) }, [])).toEqual({
      grants: [],
      instances: [],
    });
  });
});

describe('toolsets of narrowed tokens', () => {
  it('are kept apart from each other and from the whole', async () => {
    const open = { grants: grants.slice(0, 2), instances: [one, two] };
    const toolsets = createToolsets({ load: async () => open }, () => 0);
    const slugs = async (toolboxIds?: readonly string[]) => {
      const owner = { organizationId: 'o', agentId: 'x', toolboxIds };
      const toolset = await toolsets.get(owner, parseEndpoint('/mcp')!);
      return toolset.instances.map(({ slug }) => slug);
    };
    for (let round = 0; round < 2; round += 1) {
      expect(await slugs()).toEqual(['one', 'two']);
      expect(await slugs(['a'])).toEqual(['one']);
      expect(await slugs(['b'])).toEqual(['two']);
      expect(await slugs([])).toEqual([]);
      expect(await slugs(['b', 'a'])).toEqual(['one', 'two']);
    }
  });
});
