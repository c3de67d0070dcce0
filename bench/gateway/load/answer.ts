import type { RawResponse } from './response-reader.ts';

const dataField = Buffer.from('data:');

/** The largest difference between an answer and its bare result: `jsonrpc`, `id` and white space. */
const frameBytes = 120;

/** Whether a JSON-RPC message is the success answer to `id`, by its id and its length. */
export function isAnswer(message: Buffer, id: number, resultBytes: number): boolean {
  const more = message.length - resultBytes;
  if (more < 0 || more > frameBytes) return false;
  return (
    hasId(message.toString('latin1', message.length - 50), id) ||
    hasId(message.toString('latin1', 0, 50), id)
  );
}

function hasId(text: string, id: number): boolean {
  return text.includes(`"id":${id}`);
}

/** The answer to `id` among the messages of an HTTP response; undefined when it is not there. */
export function findAnswer(response: RawResponse, id: number, resultBytes: number) {
  const { body, eventStream } = response;
  if (response.status !== 200) return undefined;
  if (!eventStream) return isAnswer(body, id, resultBytes) ? body : undefined;
  for (const data of eventData(body)) {
    if (isAnswer(data, id, resultBytes)) return data;
  }
  return undefined;
}

/** The `data` of each event of a stream; MCP messages hold no raw newlines, so a line each. */
export function* eventData(stream: Buffer): Generator<Buffer> {
  let start = 0;
  while (start < stream.length) {
    const newline = stream.indexOf(10, start);
    const end = newline < 0 ? stream.length : newline;
    if (stream.compare(dataField, 0, dataField.length, start, Math.min(end, start + 5)) === 0) {
      const from = start + (stream[start + 5] === 32 ? 6 : 5);
      yield stream.subarray(from, stream[end - 1] === 13 ? end - 1 : end);
    }
    start = end + 1;
  }
}
