import { describe, expect, it } from 'vitest';

import { Flood, heightFor, outsideUrl, readAppMessage } from './app-message.ts';

describe('what an App sends', () => {
  it('is a request or a notification of JSON-RPC', () => {
    expect(readAppMessage({ jsonrpc: '2.0', id: 1, method: 'ping' })).toEqual({
      kind: 'request',
      id: 1,
      method: 'ping',
      params: {},
    });
    expect(readAppMessage({ jsonrpc: '2.0', method: 'x', params: { a: 1 } })).toEqual({
      kind: 'notification',
      method: 'x',
      params: { a: 1 },
    });
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    { method: 'ping', id: 1 },
    { jsonrpc: '2.0', id: 1 },
    { jsonrpc: '2.0', id: {}, method: 'ping' },
    { jsonrpc: '2.0', id: null, method: 'ping' },
    { jsonrpc: '2.0', id: 1, method: 7 },
    { jsonrpc: '2.0', id: 1, method: 'm'.repeat(300) },
    { jsonrpc: '2.0', id: 1, result: {} },
  ])('is nothing otherwise (%j)', (data) => {
    expect(readAppMessage(data)).toBeUndefined();
  });

  it.each([
    [1e9, 900],
    [-5, 60],
    [300.2, 301],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ['100', undefined],
  ])('makes the frame no higher than a page (%j)', (asked, height) => {
    expect(heightFor(asked)).toBe(height);
  });

  it.each([
    ['https://example.com/a', 'https://example.com/a'],
    ['http://example.com', 'http://example.com/'],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['file:///etc/passwd', undefined],
    ['https://bank.com@evil.example/', undefined],
    ['/api/v1/agents', undefined],
    [{}, undefined],
  ])('opens no address but of the web (%j)', (asked, url) => {
    expect(outsideUrl(asked)).toBe(url);
  });

  it('is too much from some number a second on', () => {
    const flood = new Flood();
    const told = Array.from({ length: 100 }, () => flood.isTooMuch(5000));
    expect(told.indexOf(true)).toBe(60);
    expect(flood.isTooMuch(6000)).toBe(false);
  });
});
