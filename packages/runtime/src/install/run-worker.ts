import { fork } from 'node:child_process';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { InstallProgress, WorkerMessage, WorkerRequest } from './messages.ts';

export type Outcome = Exclude<WorkerMessage, { type: 'progress' }>;

/** What npm's engine may take for a very large package. */
const heapMegabytes = 1_024;

/**
 * Has npm's engine work in a process of its own, which ends with this one. Rejects with `cancelled`
 * when the signal aborts and `install_failed` when the process dies. When it settles, the process
 * is gone and writes nothing more.
 */
export async function runWorker(
  request: WorkerRequest,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<Outcome> {
  if (signal.aborted) throw cancelled();
  const worker = fork(join(import.meta.dirname, 'worker.ts'), {
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
    env: workerEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  let errors = '';
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  const abort = (): void => void worker.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  let outcome: Outcome | undefined;
  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'progress') onProgress(message.progress);
    else outcome = message;
  });
  worker.once('error', reject);
  worker.once('exit', (code, exitSignal) => {
    const settle = (): void => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(cancelled());
      else if (outcome) resolve(outcome);
      else reject(died(exitSignal ?? `exit code ${code}`, errors));
    };
    // Its last message may come after word of its end.
    if (worker.connected) worker.once('disconnect', settle);
    else settle();
  });
  worker.send(request, (error) => {
    // Its exit says more.
    if (error !== null) worker.kill('SIGKILL');
  });
  return promise;
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The installation was cancelled; nothing was left behind.');
}

function died(how: string, errors: string): AppError {
  const full = errors.includes('heap out of memory')
    ? ` It needed more than ${heapMegabytes} MB of memory.`
    : ' The log of Plugboard has the details.';
  return new AppError('install_failed', `The process that installs ended with ${how}.${full}`, {
    cause: new Error(errors),
  });
}

/** npm's settings and whatever they refer to, but nothing that is Plugboard's own. */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:PLUGBOARD_|DATABASE_URL$|PG|NODE_OPTIONS$|NODE_CHANNEL_|VITEST)/.test(name),
    ),
  );
}
