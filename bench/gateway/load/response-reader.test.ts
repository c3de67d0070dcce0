import { describe, expect, it } from 'vitest';

import { type RawResponse, ResponseReader } from './response-reader.ts';

const body = '{"result":{"é":1},"jsonrpc":"2.0","id":7}';
const withLength = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\nContent-Type: application/json\r\n\r\n${body}`,
);
const chunked = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n' +
    '6\r\ndata: \r\n' +
    `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n2\r\n\n\n\r\n0\r\n\r\n`,
);

/** Feeds the bytes in pieces through one buffer that each piece overwrites, as the socket does. */
function readInPieces(reader: ResponseReader, bytes: Buffer, size: number) {
  const shared = Buffer.alloc(size);
  const responses: (RawResponse & { text: string })[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(shared, 0, at, at + size);
    const response = reader.read(shared.subarray(0, length));
    if (response) responses.push({ ...response, text: response.body.toString() });
  }
  return responses;
}

describe('ResponseReader', () => {
  it.each([1, 7, 60, 100_000])('reads both framings in pieces of %i bytes', (size) => {
    const reader = new ResponseReader();
    const first = readInPieces(reader, withLength, size);
    const second = readInPieces(reader, chunked, size);
    const third = readInPieces(reader, withLength, size);
    expect(first.map((r) => [r.status, r.eventStream, r.text])).toEqual([[200, false, body]]);
    expect(second.map((r) => [r.eventStream, r.text])).toEqual([[true, `data: ${body}\n\n`]]);
    expect(third.map((r) => r.text)).toEqual([body]);
  });

  it('reads answers without a body', () => {
    const reader = new ResponseReader();
    const accepted = reader.read(Buffer.from('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n'));
    const gone = reader.read(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'));
    expect([accepted?.status, accepted?.body.length]).toEqual([202, 0]);
    expect([gone?.status, gone?.body.length]).toEqual([204, 0]);
  });

  it('refuses what it cannot frame', () => {
    expect(() => new ResponseReader().read(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow(
      'without a length',
    );
    expect(() => new ResponseReader().read(Buffer.from('SSH-2.0\r\n\r\n'))).toThrow('not an HTTP');
    const doubled = Buffer.concat([withLength, withLength]);
    expect(() => new ResponseReader().read(doubled)).toThrow('after the end');
  });
});
