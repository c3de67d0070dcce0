import type { Readable } from 'node:stream';

/** One event of a stream (WHATWG HTML § 9.2), as far as MCP uses it. */
export interface StreamEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** Reads events as they arrive; those without data, such as keep-alives, are left out. */
export async function* readEvents(body: Readable): AsyncGenerator<StreamEvent> {
  let id: string | undefined;
  let data: string[] = [];
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, data: data.join('\n') };
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

/** Lines that end in LF, CR LF or CR, without their ends; an unfinished last one is left out. */
async function* readLines(body: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let skipFeed = false;
  for await (const chunk of body) {
    let text = decoder.decode(chunk, { stream: true });
    if (skipFeed && text.startsWith('\n')) text = text.slice(1);
    skipFeed = text.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    const last = lines.pop() ?? '';
    for (const line of lines) {
      yield parts.length === 0 ? line : parts.join('') + line;
      parts = [];
    }
    if (last !== '') parts.push(last);
  }
}
