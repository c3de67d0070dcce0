import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of the benchmark that runs beside it; disposing ends it. */
export interface RunningScript extends AsyncDisposable {
  readonly pid: number;
  /** The first line it printed: where it listens. */
  readonly firstLine: string;
}

/** Runs a script under this Node and waits for its first line. It ends when its stdin does. */
export async function startScript(script: string, args: readonly string[]): Promise<RunningScript> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const early = exited.then(() => {
    throw new Error(`${script} ended before it was ready`);
  });
  const [firstLine] = await Promise.race([once(lines, 'line'), early]);
  early.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    firstLine: String(firstLine),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
