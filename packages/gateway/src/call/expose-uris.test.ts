import { type Envelope, readEnvelope, readString, scanObject } from '@plugboard/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseExposedUri } from '../toolset/naming.ts';
import { exposeUris } from './expose-uris.ts';

const answer = (result: string): Envelope =>
  readEnvelope(Buffer.from(`{"result":${result},"jsonrpc":"2.0","id":7}`));
const exposed = (method: string, result: string): string => {
  const envelope = exposeUris(method, answer(result), 'docs');
  expect(envelope).toEqual(readEnvelope(envelope.bytes));
  return envelope.bytes.toString('utf8', envelope.result!.start, envelope.result!.end);
};

describe('exposeUris', () => {
  it.each([
    [
      'tools/call',
      '{ "content":[{"uri":"file:///\\u00e9","type":"resource_link","x":1e400},{"type":"resource","resource":{"uri":"a:b","text":"\\"uri\\""}}],"structuredContent":{"uri":"a:b"}}',
      '{ "content":[{"uri":"docs+file:///é","type":"resource_link","x":1e400},{"type":"resource","resource":{"uri":"docs+a:b","text":"\\"uri\\""}}],"structuredContent":{"uri":"a:b"}}',
    ],
    [
      'tools/call',
      '{"_meta":{"ui":{"resourceUri":"ui://a"},"ui/resourceUri":"ui://a"},"content":[]}',
      '{"_meta":{"ui":{"resourceUri":"docs+ui://a"},"ui/resourceUri":"docs+ui://a"},"content":[]}',
    ],
    [
      'prompts/get',
      '{"messages":[{"content":{"type":"resource","resource":{"uri":"a:b"}}},{"content":[{"type":"resource_link","uri":"c:d"}]}]}',
      '{"messages":[{"content":{"type":"resource","resource":{"uri":"docs+a:b"}}},{"content":[{"type":"resource_link","uri":"docs+c:d"}]}]}',
    ],
    [
      'resources/read',
      '{"contents":[{"uri":"https://a/b","text":""},{"uri":"docs+a:b"}]}',
      '{"contents":[{"uri":"docs+https://a/b","text":""},{"uri":"docs+docs+a:b"}]}',
    ],
    [
      'tasks/get',
      '{"status":"completed","result":{"content":[{"type":"resource_link","uri":"a:b"}]}}',
      '{"status":"completed","result":{"content":[{"type":"resource_link","uri":"docs+a:b"}]}}',
    ],
    [
      'resources/directory/read',
      '{"resources":[{"uri":"a:b/c","name":"c"},{"uri":"a:b/d"}]}',
      '{"resources":[{"uri":"docs+a:b/c","name":"c"},{"uri":"docs+a:b/d"}]}',
    ],
    [
      'skills/get',
      '{"skill":{"uri":"a:b","resources":[{"uri":"a:c","size":1}]}}',
      '{"skill":{"uri":"docs+a:b","resources":[{"uri":"docs+a:c","size":1}]}}',
    ],
    [
      'skills/get',
      '{"skill":{"uri":"a:b","resources":"dynamic"}}',
      '{"skill":{"uri":"docs+a:b","resources":"dynamic"}}',
    ],
  ])('of %s %s', (method, before, after) => {
    expect(exposed(method, before)).toBe(after);
  });

  it.each([
    ['tools/call', '{"content":[{"type":"text","text":"\\"uri\\":\\"a:b\\""}]}'],
    ['tools/call', '{"content":[{"type":"resource_link","uri":"https://a/b"}]}'],
    ['tools/call', '{"content":[{"type":"resource","resource":{"uri":"HTTP://a/b"}}]}'],
    ['tools/call', '{"content":[{"type":"unknown","uri":"a:b"}]}'],
    ['tools/call', '{"content":[{"type":"resource_link","uri":5},null,"uri",[{"uri":"a:b"}]]}'],
    ['tools/call', '{"content":{"uri":"a:b"},"_meta":{"ui":"resourceUri"}}'],
    ['completion/complete', '{"uri":"a:b","content":[{"type":"resource_link","uri":"a:b"}]}'],
    ['resources/read', '[{"uri":"a:b"}]'],
    ['tools/call', '{"content":[{"type":"resource_link","uri":"a\\q"}]}'],
  ])('leaves %s %s', (method, result) => {
    expect(exposed(method, result)).toBe(result);
  });

  it('of a notification that a resource changed', () => {
    const message = readEnvelope(
      Buffer.from(
        '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:b"}}',
      ),
    );
    const shown = exposeUris('notifications/resources/updated', message, 'docs');
    expect(shown.bytes.toString()).toBe(
      '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"docs+a:b"}}',
    );
    expect(shown).toEqual(readEnvelope(shown.bytes));
  });

  it('leaves errors, and what is not JSON at a closer look', () => {
    const error = readEnvelope(
      Buffer.from('{"jsonrpc":"2.0","id":1,"error":{"code":1,"data":{"uri":"a:b"}}}'),
    );
    expect(exposeUris('tools/call', error, 'docs')).toBe(error);
  });

  it('takes as many as there are', () => {
    const contents = (uri: string) =>
      `{"contents":[${Array.from({ length: 200_000 }, () => `{"uri":"${uri}"}`).join(',')}]}`;
    const shown = exposeUris('resources/read', answer(contents('a:b')), 'docs');
    expect(shown.bytes.equals(answer(contents('docs+a:b')).bytes)).toBe(true);
  });

  it('is undone by parseExposedUri, whatever the URI', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (uri) => {
        const result = exposed('resources/read', `{"contents":[{"uri":${JSON.stringify(uri)}}]}`);
        const { contents }: { contents: [{ uri: string }] } = JSON.parse(result);
        expect(parseExposedUri(contents[0].uri)).toEqual({ instanceSlug: 'docs', uri });
      }),
    );
  });

  it('changes nothing but URIs', () => {
    const unknown = fc.dictionary(
      fc.string({ unit: 'grapheme' }).map((key) => `x-${key}`),
      fc.json(),
    );
    fc.assert(
      fc.property(unknown, unknown, (inBlock, inResult) => {
        const text = (members: Record<string, string>, last: string): string =>
          `{${[...Object.entries(members).map(([k, v]) => `${JSON.stringify(k)}:${v}`), last].join(' , ')}}`;
        const block = (uri: string) => text(inBlock, `"type":"resource_link","uri":"${uri}"`);
        const result = (uri: string) => text(inResult, `"content":[${block(uri)}]`);
        expect(exposed('tools/call', result('a:b'))).toBe(result('docs+a:b'));
        const bytes = Buffer.from(block('a:b'));
        expect(scanObject(bytes).map(({ value }) => readString(bytes, value))).toContain('a:b');
      }),
    );
  });
});
