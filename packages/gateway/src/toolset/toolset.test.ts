import { describe, expect, it } from 'vitest';

import { parseEndpoint } from '../endpoint.ts';
import { buildGrant, buildInstance, buildOffering } from '../testing/build.ts';
import { buildToolset } from './toolset.ts';

const odd =
  '{ "x-first":1e400, "name" : "odd.name","big":12345678901234567890,"n":{"name":"inner"},"é":"\\u00e9" }';

describe('buildToolset', () => {
  const files = buildInstance('files', [
    buildOffering('odd.name', { definition: odd }),
    buildOffering('drop', { level: 'admin' }),
    buildOffering('file:///{path}', { kind: 'resource_template' }),
  ]);
  const other = { ...buildInstance('other', [buildOffering('read')]), toolboxSlug: 'second' };
  const snapshot = { grants: [buildGrant({ level: 'write' })], instances: [files, other] };

  it('keeps definitions byte for byte on a transparent endpoint', () => {
    const toolset = buildToolset(snapshot, parseEndpoint('/mcp/starter/files')!, 0);
    expect(toolset.lists.tool.toString()).toBe(`{"tools":[${odd}]}`);
  });

  it('changes nothing but the name on an aggregate', () => {
    const toolset = buildToolset(snapshot, parseEndpoint('/mcp')!, 0);
    const [name] = [...toolset.entries.tool.keys()];
    expect(toolset.lists.tool.toString()).toBe(
      `{"tools":[${odd.replace('"odd.name"', JSON.stringify(name))},{"name":"other__read"}]}`,
    );
    expect(toolset.lists.resource_template.toString()).toBe(
      '{"resourceTemplates":[{"uriTemplate":"files+file:///{path}"}]}',
    );
  });

  it('lists only what is granted, and resolves the rest to be refused', () => {
    const toolset = buildToolset(snapshot, parseEndpoint('/mcp/starter')!, 0);
    expect(toolset.lists.tool.toString()).not.toContain('drop');
    expect(toolset.entries.tool.has('files__drop')).toBe(true);
  });

  it('holds to the endpoint', () => {
    const at = (path: string) =>
      buildToolset(snapshot, parseEndpoint(path)!, 0).instances.map((i) => i.slug);
    expect(at('/mcp')).toEqual(['files', 'other']);
    expect(at('/mcp/second')).toEqual(['other']);
    expect(at('/mcp/second/files')).toEqual([]);
  });

  it('is valid until the next grant runs out', () => {
    const grants = [
      buildGrant({ expiresAt: 50 }),
      buildGrant({ expiresAt: 20 }),
      buildGrant({ expiresAt: 5 }),
    ];
    expect(
      buildToolset({ grants, instances: [files] }, parseEndpoint('/mcp')!, 10).validUntil,
    ).toBe(20);
    expect(buildToolset(snapshot, parseEndpoint('/mcp')!, 10).validUntil).toBe(Infinity);
  });

  it('does not rename one server’s tools when another joins', () => {
    const names = (instances: (typeof files)[]) => [
      ...buildToolset({ ...snapshot, instances }, parseEndpoint('/mcp')!, 0).entries.tool.keys(),
    ];
    expect(names([other, files])).toEqual(expect.arrayContaining(names([files])));
  });
});
