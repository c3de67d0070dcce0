import { readEnvelope } from '@plugboard/protocol';
import { describe, expect, it } from 'vitest';

import { tagNotification } from './tag-notification.ts';

const key = 'io.modelcontextprotocol/subscriptionId';

function tag(params: string | undefined, id = '7'): string | undefined {
  const rest = params === undefined ? '' : `,"params":${params}`;
  const text = `{"jsonrpc":"2.0","method":"notifications/x"${rest}}`;
  const rename = { member: 'uri', exposed: 'docs+a:b' };
  const tagged = tagNotification(readEnvelope(Buffer.from(text)), id, rename)?.toString();
  const head = '{"jsonrpc":"2.0","method":"notifications/x","params":';
  expect(tagged === undefined || tagged.startsWith(head)).toBe(true);
  return tagged?.slice(head.length, -1);
}

describe('tagNotification', () => {
  it.each([
    [undefined, `{"_meta":{"${key}":7}}`],
    ['{}', `{"_meta":{"${key}":7}}`],
    ['{"uri":"a:b"}', `{"_meta":{"${key}":7},"uri":"docs+a:b"}`],
    [
      '{ "n" : 12345678901234567890 , "uri":"a:b"}',
      `{ "_meta":{"${key}":7},"n" : 12345678901234567890 , "uri":"docs+a:b"}`,
    ],
    ['{"uri":"a:b","_meta":{}}', `{"uri":"docs+a:b","_meta":{"${key}":7}}`],
    ['{"_meta":{"x":"\\u0041"},"uri":1}', `{"_meta":{"${key}":7,"x":"\\u0041"},"uri":"docs+a:b"}`],
    [`{"_meta":{"${key}":"other","x":1}}`, `{"_meta":{"${key}":7,"x":1}}`],
    ['{"_meta":null}', `{"_meta":{"${key}":7}}`],
    ['{"_meta":[{}]}', `{"_meta":{"${key}":7}}`],
  ])('puts the id into %s and leaves the rest', (params, expected) => {
    expect(tag(params)).toBe(expected);
  });

  it('keeps the id as the client wrote it', () => {
    expect(tag('{}', '"a\\u0062"')).toBe(`{"_meta":{"${key}":"a\\u0062"}}`);
  });

  it.each([
    '{"_meta":{},"_meta":{}}',
    '{"_meta":{},"_META":{}}',
    '{"uri":"a","URI":"b"}',
    `{"_meta":{"${key}":1,"${key}":2}}`,
    `{"_meta":{"${key.toUpperCase()}":1}}`,
  ])('does not touch what clients would read differently: %s', (params) => {
    expect(tag(params)).toBeUndefined();
  });
});
