import { spawn } from 'node:child_process';

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON that it printed. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  readonly json: any;
}

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  /** Ends it, and fails, after so many milliseconds. Default 120,000. */
  readonly limitMs?: number;
}

/** Runs a program to its end. A code other than 0 is no failure: it is told. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(program, [...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: 'pipe',
    timeout: options.limitMs ?? 120_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code));
  const code = await promise;
  return {
    code,
    stdout,
    stderr,
    get json() {
      try {
        return JSON.parse(stdout);
      } catch (cause) {
        throw new Error(`${program} ${args.join(' ')} printed no JSON:\n${stdout}\n${stderr}`, {
          cause,
        });
      }
    },
  };
}
