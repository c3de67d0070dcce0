import { describe, expect, it } from 'vitest';

import { resultOf } from '../upstreams/answers.ts';
import { createAnswerer } from '../upstreams/rpc.ts';
import { eventData, findAnswer, isAnswer } from './answer.ts';
import { createLineReader, idAtEnd } from './lines.ts';

const answer = createAnswerer(3, '');
const request = (id: number, name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });

describe('isAnswer', () => {
  const bytes = resultOf('echo_2k').length;
  const right = answer(request(123_456_789, 'echo_2k')).body ?? Buffer.alloc(0);

  it('accepts the answer with the id in front or at the end', () => {
    const { result } = JSON.parse(right.toString());
    const idFirst = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 123_456_789, result }));
    expect(isAnswer(right, 123_456_789, bytes)).toBe(true);
    expect(isAnswer(idFirst, 123_456_789, bytes)).toBe(true);
  });

  it('refuses another id, another length and an error', () => {
    const failure = answer(request(123_456_789, 'none')).body ?? Buffer.alloc(0);
    expect(isAnswer(right, 123_456_788, bytes)).toBe(false);
    expect(isAnswer(right.subarray(1), 123_456_789, bytes + 100)).toBe(false);
    expect(isAnswer(failure, 123_456_789, bytes)).toBe(false);
  });

  it('is found in an event stream behind other events', () => {
    const stream = Buffer.from(
      `id: 1\ndata: \n\ndata: {"method":"x"}\n\ndata: ${String(right)}\n\n`,
    );
    const response = { status: 200, head: '', body: stream, eventStream: true };
    expect([...eventData(stream)].length).toBe(3);
    expect(findAnswer(response, 123_456_789, bytes)?.equals(right)).toBe(true);
    expect(findAnswer({ ...response, status: 500 }, 123_456_789, bytes)).toBeUndefined();
  });
});

describe('resultOf', () => {
  it('is valid JSON of exactly the promised size, with escapes', () => {
    for (const [tool, size] of [
      ['echo_2k', 2_048],
      ['echo_50k', 51_200],
    ] as const) {
      const raw = resultOf(tool);
      expect(raw.length).toBe(size);
      expect(JSON.parse(raw.toString())).toMatchObject({ content: [{ type: 'text' }] });
      expect(raw.toString()).toMatch(/\\n.*\\".*\\t/s);
    }
  });
});

describe('createLineReader', () => {
  it.each([1, 5, 1_000])('cuts lines from pieces of %i bytes', (size) => {
    const lines: string[] = [];
    const read = createLineReader((line) => lines.push(line.toString()));
    const input = Buffer.from('{"id":1}\n\n{"é":2,"id":42}\n{"id":3');
    for (let at = 0; at < input.length; at += size) read(input.subarray(at, at + size));
    expect(lines).toEqual(['{"id":1}', '', '{"é":2,"id":42}']);
  });

  it('leaves the id to be read from the end', () => {
    expect(idAtEnd(Buffer.from('{"result":{},"id":123456789}'))).toBe(123_456_789);
    expect(idAtEnd(Buffer.from('{"id":1,"result":{}}'))).toBe(-1);
  });
});
