import type { LiveEvent } from '@plugboard/contracts/api';

import type { TestApp } from '../../../app/testing/build-app.ts';

export interface OpenStream extends AsyncDisposable {
  /** The next event. Rejects when there is none any more. */
  next(): Promise<LiveEvent>;
  /** The first event from here on that is meant. */
  until(isMeant: (event: LiveEvent) => boolean): Promise<LiveEvent>;
  /** What the stream ends with, after whatever events. */
  end(): Promise<unknown>;
}

/** A live stream as a client reads it, the owner's unless `key` says otherwise. */
export async function openStream(
  app: Pick<TestApp, 'fetch' | 'ownerKey'>,
  key = app.ownerKey,
): Promise<OpenStream> {
  const response = await app.fetch('/api/v1/live', { headers: { authorization: `Bearer ${key}` } });
  if (response.status !== 200) throw new Error(`a live stream was refused: ${response.status}`);
  const body = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream());
  const blocks = readBlocks(body);
  const read = async () => {
    const { value } = await blocks.next();
    if (value === undefined) throw new Error('the live stream has ended');
    return value;
  };
  const next = async () => {
    const { event, data } = await read();
    if (event !== 'message') throw new Error(`the live stream ended with ${JSON.stringify(data)}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the output schema checked it
    return data as LiveEvent;
  };
  return {
    next,
    async until(isMeant) {
      for (;;) {
        const event = await next();
        if (isMeant(event)) return event;
      }
    },
    async end() {
      for (;;) {
        const { event, data } = await read();
        if (event !== 'message') return data;
      }
    },
    async [Symbol.asyncDispose]() {
      await blocks.return(undefined);
      // One that was never read was not begun.
      if (!body.locked) await body.cancel();
    },
  };
}

async function* readBlocks(
  body: ReadableStream<string>,
): AsyncGenerator<{ event: string; data: unknown }> {
  let text = '';
  for await (const chunk of body) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event !== undefined) yield { event, data: data && JSON.parse(data) };
    }
  }
}
