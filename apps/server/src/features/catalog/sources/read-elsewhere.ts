import { fork } from 'node:child_process';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { Connection } from '../../../store/pool.ts';
import type { ReadSource } from './run-sync.ts';
import type { SyncAnswer, SyncRequest } from './sync-messages.ts';

/** The largest answer of a source fits, parsed. */
const heapMegabytes = 512;

/** Reading makes garbage faster than anything else here, for which V8 would grow by 60 MB and more. */
const youngMegabytes = 4;

/** It rolls back and tidies up, and is then ended. */
const patienceMs = 3000;

/**
 * Reads in a process of its own, which ends with this one: what reading many entries takes is given
 * back when it is over, and calls do not wait for it. When it settles the process is gone.
 */
export function readElsewhere(connection: Connection): ReadSource {
  return async ({ place, authorization }, claimed, signal) => {
    signal.throwIfAborted();
    const { dataDir, catalogDir } = place;
    const answer = await ask(
      { connection, place: { dataDir, catalogDir }, authorization, claimed },
      signal,
    );
    if (signal.aborted) throw cancelled();
    if (answer.type === 'failed') throw new AppError(answer.code, answer.message);
    if (answer.type === 'broken') throw new Error(answer.trace);
  };
}

async function ask(request: SyncRequest, signal: AbortSignal): Promise<SyncAnswer> {
  const worker = fork(join(import.meta.dirname, 'sync-worker.ts'), {
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${heapMegabytes}`,
      `--max-semi-space-size=${youngMegabytes}`,
    ],
    env: workerEnvironment(),
    // Dates and bytes of rows arrive as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<SyncAnswer>();
  let errors = '';
  let answer: SyncAnswer | undefined;
  let late: NodeJS.Timeout | undefined;
  const stop = () => {
    worker.kill('SIGTERM');
    late = setTimeout(() => worker.kill('SIGKILL'), patienceMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  worker.on('message', (message: SyncAnswer) => {
    answer = message;
  });
  worker.once('error', reject);
  // After the pipes are read to their ends, unlike `exit`.
  worker.once('close', (code, exitSignal) => {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) reject(cancelled());
    else if (answer) resolve(answer);
    else reject(died(exitSignal ?? `exit code ${code}`, errors));
  });
  worker.send(request, (error) => {
    // Its end says more.
    if (error !== null) worker.kill('SIGKILL');
  });
  return promise;
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The sync was cancelled.');
}

function died(how: string, errors: string): Error {
  if (!errors.includes('heap out of memory')) {
    return new Error(`the process that read a source ended with ${how}: ${errors}`);
  }
  return new AppError(
    'payload_too_large',
    `What the source answers needs more than ${heapMegabytes} MB of memory to read, which is refused. What was stored so far stays.`,
  );
}

/** The machine's certificates and settings of PostgreSQL, but nothing that is Plugboard's own. */
function workerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:PLUGBOARD_|DATABASE_URL$|NODE_OPTIONS$|NODE_CHANNEL_|VITEST)/.test(name),
    ),
  );
}
