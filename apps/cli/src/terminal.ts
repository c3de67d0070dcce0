import type { Readable } from 'node:stream';

/** Where a command reads and writes. */
export interface Terminal {
  /** Resolves when the text was taken, so that a slow reader slows us down. */
  readonly out: (text: string) => Promise<void>;
  readonly err: (text: string) => void;
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly colors: boolean;
  /** Whether a person watches stderr, so that progress may be drawn over. */
  readonly interactive: boolean;
  /** How wide the terminal is now; absent where the output is none. */
  readonly columns?: () => number | undefined;
}

export function systemTerminal(): Terminal {
  const { stdout, stderr, stdin, env, platform } = process;
  // Whoever reads our output may stop at any time, as `head` does.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return {
    out: (text) =>
      new Promise((resolve) => {
        stdout.write(text, () => resolve());
      }),
    err: (text) => {
      stderr.write(text);
    },
    stdin,
    env,
    cwd: process.cwd(),
    platform,
    colors: wantsColors(stdout.isTTY, env),
    interactive: stderr.isTTY && env.TERM !== 'dumb',
    columns: () => (stdout.isTTY ? stdout.columns : stderr.isTTY ? stderr.columns : undefined),
  };
}

/** Colours on a terminal only, unless NO_COLOR or FORCE_COLOR say otherwise. */
function wantsColors(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return isTerminal && env.TERM !== 'dumb';
}
