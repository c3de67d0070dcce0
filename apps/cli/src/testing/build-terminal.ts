import { Readable } from 'node:stream';

import type { Terminal } from '../terminal.ts';

export interface TestTerminal {
  readonly terminal: Terminal;
  /** What was written so far. */
  readonly written: { out: string; err: string };
}

/** A terminal that remembers, without colours and with nothing of this process's environment. */
export function buildTerminal(overrides: Partial<Terminal> = {}): TestTerminal {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => {
      written.out += text;
      return Promise.resolve();
    },
    err: (text) => {
      written.err += text;
    },
    stdin: Readable.from([]),
    env: { HOME: '/nonexistent' },
    cwd: '/',
    platform: 'linux',
    colors: false,
    interactive: false,
    ...overrides,
  };
  return { terminal, written };
}
