import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

import { askLine } from './ask-line.ts';
import type { Terminal } from './terminal.ts';

/** Whether there is a person to ask. */
export function canAsk({ stdin }: Terminal): boolean {
  return 'isTTY' in stdin && stdin.isTTY === true;
}

/** Asks for a secret without showing what is typed. Resolves with '' when nothing is; rejects as `askLine`. */
export async function askSecret({ stdin, err }: Terminal, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // As a terminal, so that the interface takes over the echo, which then goes nowhere.
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  err(`${question} `);
  try {
    return await askLine(lines, '');
  } finally {
    lines.close();
    err('\n');
  }
}
