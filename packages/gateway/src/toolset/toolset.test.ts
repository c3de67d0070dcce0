import { describe, expect, it } from 'vitest';

import { decideOffering } from '../access/decide-offering.ts';
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

  it('lists nothing of what is stopped, and still knows its names', () => {
    const stopped = { ...other, stopped: true };
    const instances = [files, stopped];
    for (const path of ['/mcp', '/mcp/second/other']) {
      const toolset = buildToolset({ ...snapshot, instances }, parseEndpoint(path)!, 0);
      expect(toolset.lists.tool.toString()).not.toContain('read');
      expect(toolset.shown.tool.some(({ offering }) => offering.name === 'read')).toBe(false);
      expect([...toolset.entries.tool.values()].map(({ instance }) => instance.slug)).toContain(
        'other',
      );
    }
  });

  it('exposes the pages of MCP Apps with their resources', () => {
    const definition = (slug: string) =>
      `{"_meta":{"ui":{"x":1e400,"resourceUri":"${slug}ui://page"},"ui/resourceUri":"${slug}ui://page"},"name":"${slug ? 'files__' : ''}show"}`;
    const instance = buildInstance('files', [
      buildOffering('show', { definition: definition('') }),
      buildOffering('ui://page', { kind: 'resource' }),
    ]);
    const of = (path: string) =>
      buildToolset({ grants: snapshot.grants, instances: [instance] }, parseEndpoint(path)!, 0);
    expect(of('/mcp').lists.tool.toString()).toBe(`{"tools":[${definition('files+')}]}`);
    expect(of('/mcp').entries.resource.has('files+ui://page')).toBe(true);
    expect(of('/mcp/starter/files').lists.tool.toString()).toBe(`{"tools":[${definition('')}]}`);
  });

  it('does not let one server’s odd definition spoil the lists of others', () => {
    const spoiler = buildInstance('odd', [
      buildOffering('a', { definition: '{"name":"a","Name":"b"}' }),
      buildOffering('b', {
        definition: '{"name":"b","_meta":{"ui":{},"UI":{"resourceUri":"x"}},"z":"resourceUri"}',
      }),
      buildOffering('c', { definition: '{"name":"c","_meta":"resourceUri"}' }),
    ]);
    const toolset = buildToolset(
      { grants: snapshot.grants, instances: [spoiler, other] },
      parseEndpoint('/mcp')!,
      0,
    );
    expect(toolset.lists.tool.toString()).toBe(
      '{"tools":[{"name":"odd__c","_meta":"resourceUri"},{"name":"other__read"}]}',
    );
  });

  it('knows where each definition lies in its list', () => {
    const toolset = buildToolset(snapshot, parseEndpoint('/mcp')!, 0);
    const { tool: text } = toolset.lists;
    const definitions = toolset.shown.tool.map(({ range }) =>
      text.toString('utf8', range.start, range.end),
    );
    expect(`{"tools":[${definitions.join(',')}]}`).toBe(text.toString());
    expect(toolset.shown.tool.map(({ offering }) => offering.name)).toEqual(['odd.name', 'read']);
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

  it('does not tell of an instance that is denied whole, or whose grant has run out', () => {
    const target = { scope: 'instance', instanceId: files.id } as const;
    const at = (grants: ReturnType<typeof buildGrant>[]) =>
      buildToolset({ grants, instances: [files] }, parseEndpoint('/mcp')!, 10).instances.length;
    expect(at([buildGrant()])).toBe(1);
    expect(at([buildGrant(), buildGrant({ effect: 'deny', level: 'read', target })])).toBe(0);
    expect(at([buildGrant(), buildGrant({ effect: 'deny', level: 'write', target })])).toBe(1);
    expect(at([buildGrant({ expiresAt: 5 })])).toBe(0);
  });

  it('does not list a resource whose template is denied', () => {
    const instance = buildInstance('docs', [
      buildOffering('docs://a', { kind: 'resource' }),
      buildOffering('docs://{page}', { kind: 'resource_template' }),
    ]);
    const target = {
      scope: 'offering',
      instanceId: instance.id,
      kind: 'resource_template',
      name: 'docs://{page}',
    } as const;
    const grants = [buildGrant(), buildGrant({ effect: 'deny', level: 'read', target })];
    const toolset = buildToolset({ grants, instances: [instance] }, parseEndpoint('/mcp')!, 0);
    expect(toolset.lists.resource.toString()).toBe('{"resources":[]}');
    expect(decideOffering(grants, instance, instance.offerings[0]!, 0).reason).toBe('denied');
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
