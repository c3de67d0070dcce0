import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { LoadJob, LoadMessage, LoadResult } from './job.ts';

/** The load generator as a process of its own, which runs one job after another. */
export class LoadProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(join(import.meta.dirname, '..', 'load.ts'));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Runs one job. `onWindow` hears when the timed window opens and when it closes. */
  async run(job: LoadJob, onWindow: (open: boolean) => void): Promise<LoadResult> {
    const { promise, resolve, reject } = Promise.withResolvers<LoadResult>();
    const onMessage = (message: LoadMessage) => {
      if (message.at === 'result') resolve(message.result);
      else if (message.at === 'failed') reject(new Error(message.reason));
      else onWindow(message.at === 'window-open');
    };
    const onExit = () => reject(new Error('the load generator ended'));
    this.#child.on('message', onMessage).on('exit', onExit);
    this.#child.send(job);
    try {
      return await promise;
    } finally {
      this.#child.off('message', onMessage).off('exit', onExit);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || !this.#child.connected) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}
