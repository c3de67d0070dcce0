import { describe, expect, it } from 'vitest';

import {
  announces,
  instructionsOf,
  toDiscoverResult,
  toInitializeResult,
  withServerInfo,
} from './hello.ts';

const buffer = (text: string): Buffer => Buffer.from(text);

const legacy = buffer(
  '{ "protocolVersion":"2025-06-18", "capabilities":{"tools":{},"resources":{"subscribe":true,"listChanged":false,"x":1e400},"prompts":null,"tasks":{"list":{}},"logging":{},"extensions":{"a/b":{"big":12345678901234567890}}} ,"serverInfo":{"name":"s","version":"1","x":1.0},"instructions":" Use it. ","unknown":"\\u00e9"}',
);
const modern = buffer(
  '{"resultType":"complete","supportedVersions":["2026-07-28","2027-01-01"],"capabilities":{"tools":{"listChanged":true}},"ttlMs":5,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"m","version":"2"},"x":1e400},"unknown":[1.0]}',
);

describe('toInitializeResult', () => {
  it('keeps a legacy server’s own words but for version, list changes and tasks', () => {
    expect(toInitializeResult(legacy, '2025-11-25', 'slug').toString()).toBe(
      '{ "protocolVersion":"2025-11-25", "capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true,"x":1e400},"prompts":{"listChanged":true},"logging":{},"extensions":{"a/b":{"big":12345678901234567890}}} ,"serverInfo":{"name":"s","version":"1","x":1.0},"instructions":" Use it. ","unknown":"\\u00e9"}',
    );
  });

  it('says what a modern server says in the words of the legacy era', () => {
    expect(toInitializeResult(modern, '2025-11-25', 'slug').toString()).toBe(
      '{"protocolVersion":"2025-11-25","serverInfo":{"name":"m","version":"2"},"capabilities":{"tools":{"listChanged":true}},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"m","version":"2"},"x":1e400},"unknown":[1.0]}',
    );
  });

  it.each([
    '{"supportedVersions":[],"capabilities":{}}',
    '{"supportedVersions":[],"capabilities":{},"_meta":null}',
    '{"supportedVersions":[],"capabilities":{},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"m"}}}',
  ])('names a server that did not name itself: %s', (hello) => {
    expect(JSON.parse(toInitializeResult(buffer(hello), 'v', 'slug').toString())).toMatchObject({
      serverInfo: { name: 'slug', version: 'unknown' },
    });
  });

  it('has capabilities even where the server has none', () => {
    for (const hello of ['{"protocolVersion":"v"}', '{"protocolVersion":"v","capabilities":[]}']) {
      expect(JSON.parse(toInitializeResult(buffer(hello), 'w', 's').toString())).toEqual({
        protocolVersion: 'w',
        capabilities: {},
      });
    }
  });
});

describe('toDiscoverResult', () => {
  it('says what a legacy server says in the words of the modern era', () => {
    expect(toDiscoverResult(legacy).toString()).toBe(
      '{ "resultType":"complete","ttlMs":60000,"cacheScope":"private","supportedVersions":["2026-07-28"],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1","x":1.0}}, "capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true,"x":1e400},"prompts":{"listChanged":true},"logging":{},"extensions":{"a/b":{"big":12345678901234567890}}},"instructions":" Use it. ","unknown":"\\u00e9"}',
    );
  });

  it('keeps a modern server’s own words but for versions and caching', () => {
    expect(toDiscoverResult(modern).toString()).toBe(
      '{"ttlMs":60000,"cacheScope":"private","supportedVersions":["2026-07-28"],"resultType":"complete","capabilities":{"tools":{"listChanged":true}},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"m","version":"2"},"x":1e400},"unknown":[1.0]}',
    );
  });
});

describe('withServerInfo', () => {
  it.each([
    ['{"a":1}', '{"_meta":{"io.modelcontextprotocol/serverInfo":{}},"a":1}'],
    ['{"_meta":{"b":2}}', '{"_meta":{"io.modelcontextprotocol/serverInfo":{},"b":2}}'],
    ['{"_meta":null}', '{"_meta":{"io.modelcontextprotocol/serverInfo":{}}}'],
    [
      '{"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"own"}}}',
      '{"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"own"}}}',
    ],
  ])('of %s is %s', (result, expected) => {
    expect(withServerInfo(buffer(result), '{}').toString()).toBe(expected);
  });
});

describe('a hello', () => {
  it('is asked for single things', () => {
    expect(instructionsOf(legacy)).toBe('Use it.');
    expect(instructionsOf(modern)).toBeUndefined();
    expect(announces(legacy, 'prompts')).toBe(true);
    expect(announces(modern, 'prompts')).toBe(false);
    expect(announces(buffer('{"capabilities":5}'), 'prompts')).toBe(false);
  });
});
