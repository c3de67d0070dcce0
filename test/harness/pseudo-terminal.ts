import { execFileSync, spawn } from 'node:child_process';

import { eventually } from './eventually.ts';

/** Whether this machine has the `script` of util-linux, which gives a program a terminal. */
export const hasPseudoTerminal = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

export interface TerminalRun {
  /** What the terminal showed so far, with its control sequences. */
  readonly shown: string;
  /** Resolves when what was shown since the last of these matches. */
  sees(pattern: RegExp): Promise<void>;
  type(keys: string): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** Runs a program at a terminal so many columns wide. */
export function runAtTerminal(
  program: string,
  args: readonly string[],
  { env, columns = 100 }: { readonly env: NodeJS.ProcessEnv; readonly columns?: number },
): TerminalRun {
  const quoted = [program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const command = `stty cols ${columns}; exec ${quoted}`;
  const child = spawn(
    'script',
    ['--quiet', '--flush', '--return', '--command', command, '/dev/null'],
    {
      env: { ...env, SHELL: '/bin/sh', TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let shown = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  child.stdin.on('error', () => undefined);
  return {
    get shown() {
      return shown;
    },
    async sees(pattern) {
      try {
        await eventually(String(pattern), () => pattern.test(shown.slice(seen)));
      } catch (cause) {
        throw new Error(`the terminal did not show ${String(pattern)}:\n${shown}`, { cause });
      }
      seen = shown.length;
    },
    type: (keys) => void child.stdin.write(keys),
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  };
}
