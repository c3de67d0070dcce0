import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Terminal } from '../terminal.ts';
import { untilStopped } from '../until-stopped.ts';
import { Bridge } from './bridge.ts';
import { readParts } from './json-line.ts';

export interface RunBridgeOptions {
  readonly url: string;
  readonly token: string;
  readonly terminal: Terminal;
}

/** How long answers may still come after the client closed its side. */
const lastAnswersMs = 10_000;

/** Bridges stdin and stdout, newline-delimited JSON-RPC, to a server until stdin ends. */
export async function runBridge({ url, token, terminal }: RunBridgeOptions): Promise<void> {
  using stop = untilStopped();
  await using bridge = new Bridge({
    url,
    token,
    deliver: (line) => terminal.out(`${line}\n`),
    complain: (text) => terminal.err(`plugboard: ${text}\n`),
  });
  const lines = createInterface({ input: terminal.stdin, crlfDelay: Infinity });
  stop.signal.addEventListener('abort', () => lines.close());
  const underway = new Set<Promise<void>>();
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const forwarding = bridge.forward(line).finally(() => underway.delete(forwarding));
    underway.add(forwarding);
    // What follows needs the session that this one opens.
    if (isHandshake(line)) await forwarding;
  }
  if (!stop.signal.aborted)
    await Promise.race([Promise.all(underway), sleep(lastAnswersMs, undefined, { ref: false })]);
}

function isHandshake(line: string): boolean {
  if (!line.includes('initialize')) return false;
  const method = readParts(line)?.method;
  return method === 'initialize' || method === 'notifications/initialized';
}
