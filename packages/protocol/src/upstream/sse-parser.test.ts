import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeEvent } from '../downstream/encode-event.ts';
import { LineSplitter } from './line-splitter.ts';
import { SseParser } from './sse-parser.ts';

interface Seen {
  readonly type: string;
  readonly data: string;
  readonly id: string | undefined;
}

function parse(bytes: Buffer, cuts: readonly number[] = [], maxEventBytes = 1000): Seen[] {
  const seen: Seen[] = [];
  const parser = new SseParser({
    maxEventBytes,
    onEvent: ({ type, data, id }) => seen.push({ type, data: data.toString(), id }),
  });
  for (const chunk of cut(bytes, cuts)) parser.push(chunk);
  return seen;
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((n) => n % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, i) => bytes.subarray(start, at[i] ?? bytes.length));
}

describe('SseParser', () => {
  const stream = Buffer.from(
    '\ufeff: hello\r\nevent: a\rdata: one\r\ndata:two ü😀\n\nid: 7\ndata: x\r\n\r\nretry: 5\ndata\n\nunknownfield: 3\ndata: y\r\rdata: unfinished',
  );
  const events = [
    { type: 'a', data: 'one\ntwo ü😀', id: undefined },
    { type: 'message', data: 'x', id: '7' },
    { type: 'message', data: '', id: '7' },
    { type: 'message', data: 'y', id: '7' },
  ];

  it('reads every kind of line end, comments, ids and a byte order mark', () => {
    expect(parse(stream)).toEqual(events);
  });

  it('reads the same however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (cuts) => {
        expect(parse(stream, cuts)).toEqual(events);
      }),
    );
    const each = Array.from({ length: stream.length }, (_, i) => i);
    expect(parse(stream, each)).toEqual(events);
  });

  it('gives back what encodeEvent wrote, line breaks as line feeds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat()), (text, cuts) => {
        const data = text.replace(/\0/g, '');
        const bytes = encodeEvent([Buffer.from(data)], { id: '1', event: 'e' });
        const [event] = parse(bytes, cuts, 1_000_000);
        expect(event).toEqual({
          type: 'e',
          id: '1',
          data: Buffer.from(data)
            .toString()
            .replace(/\r\n|\r/g, '\n'),
        });
      }),
    );
  });

  it('refuses an event beyond its limit, in one line or in many', () => {
    expect(() => parse(Buffer.from(`data: ${'x'.repeat(2000)}\n\n`))).toThrow(
      'more than 1000 bytes',
    );
    expect(() => parse(Buffer.from('data: xxxxxxxxx\n'.repeat(200)))).toThrow(
      'more than 1000 bytes',
    );
    expect(() => parse(Buffer.from('data:\n'.repeat(2000)))).toThrow('more than 1000 bytes');
    expect(() => parse(Buffer.from('x'.repeat(2000)), [500, 900, 1100])).toThrow(
      'more than 1000 bytes',
    );
  });
});

describe('LineSplitter', () => {
  it('gives the same lines however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string().map((s) => s.replace(/[\r\n]/g, ''))),
        fc.array(fc.nat()),
        (lines, cuts) => {
          const seen: string[] = [];
          const splitter = new LineSplitter(1000, (line) => seen.push(line.toString()));
          const bytes = Buffer.from(
            lines.map((line, i) => line + (i % 2 ? '\r\n' : '\n')).join(''),
          );
          for (const chunk of cut(bytes, cuts)) splitter.push(chunk);
          expect(seen).toEqual(lines.map((line) => Buffer.from(line).toString()));
        },
      ),
    );
  });

  it('refuses a line beyond its limit before it ends', () => {
    const splitter = new LineSplitter(100, () => {});
    splitter.push(Buffer.alloc(100, 'x'));
    expect(() => splitter.push(Buffer.alloc(1, 'x'))).toThrow('more than 100 bytes');
  });
});
