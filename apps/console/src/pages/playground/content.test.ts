import { describe, expect, it } from 'vitest';

import { piecesOf } from './content.ts';

const png = btoa('\u0089PNG\r\n\u001a\n' + 'x'.repeat(60));
const only = (content: unknown) => piecesOf({ content: [content] })[0];

describe('pieces of a result', () => {
  it('takes a picture for what its bytes are', () => {
    expect(only({ type: 'image', data: png, mimeType: 'text/html' })).toMatchObject({
      kind: 'image',
      source: `data:image/png;base64,${png}`,
    });
  });

  it.each([
    ['SVG', btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'image/svg+xml'],
    ['HTML', btoa('<script>alert(1)</script>'), 'image/png'],
    ['an address', 'https://evil.example/x.png', 'image/png'],
    ['more than base64', `${png}" onerror="alert(1)`, 'image/png'],
    ['nothing', '', 'image/png'],
    ['a script', 'javascript:alert(1)', 'image/png'],
  ])('never makes an address of %s', (_, data, mimeType) => {
    const piece = only({ type: 'image', data, mimeType });
    expect(piece?.kind).toBe('other');
    expect(JSON.stringify(piece)).not.toContain('data:');
  });

  it.each([
    [undefined, 0],
    [{ content: 'text' }, 0],
    [{ content: [null, 1, 'x', []] }, 4],
    [{ content: Array.from({ length: 500 }, () => ({ type: 'text', text: 'x' })) }, 100],
  ])('takes anything (%#)', (result, count) => {
    expect(piecesOf(result)).toHaveLength(count);
  });

  it('reads resources and messages of prompts', () => {
    expect(piecesOf({ contents: [{ uri: 'a://b', text: 'hi' }] })).toEqual([
      { kind: 'resource', uri: 'a://b', type: 'no type', piece: { kind: 'text', text: 'hi' } },
    ]);
    const messages = [{ role: 'user', content: { type: 'text', text: 'hi' } }];
    expect(piecesOf({ messages })).toEqual([
      { kind: 'message', role: 'user', piece: { kind: 'text', text: 'hi' } },
    ]);
    expect(only({ type: 'resource_link', uri: 'javascript:alert(1)', name: 'x' })).toMatchObject({
      kind: 'link',
      uri: 'javascript:alert(1)',
    });
  });
});
