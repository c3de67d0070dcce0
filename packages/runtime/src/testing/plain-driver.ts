import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';
import { connectStdio } from '@plugboard/protocol';

import type { Driver, ServerExit } from '../drivers/driver.ts';
import type { ProcessLaunch } from '../instance.ts';

/** Starts Node scripts as plain processes in a group of their own: what the supervisor needs, no isolation. */
export const plainDriver: Driver<ProcessLaunch> = {
  async start({ launch }, { secrets }, sinks) {
    const { signal } = sinks;
    signal.throwIfAborted();
    const env = { ...launch.env };
    for (const { slot, value } of secrets) env[slot] = value.reveal();
    const child = spawn(process.execPath, [launch.entry, ...launch.args], {
      cwd: launch.installDir,
      env,
      detached: true,
      stdio: 'pipe',
    });
    const spawned = Promise.withResolvers<void>();
    child.once('spawn', spawned.resolve).once('error', spawned.reject);
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stderr }).on('line', (line) =>
      sinks.onStderr(Buffer.from(line)),
    );
    const exited = new Promise<ServerExit>((resolve) => {
      child.once('close', (code, signal) =>
        resolve({ code, signal, stderrTail: '', outOfMemory: false }),
      );
    });
    try {
      await spawned.promise;
    } catch (cause) {
      throw new AppError('upstream_failed', 'it cannot be executed.', { cause });
    }

    function kill(name: 'SIGTERM' | 'SIGKILL'): void {
      try {
        process.kill(-child.pid!, name);
      } catch {
        // The group is gone already.
      }
    }
    signal.addEventListener('abort', () => kill('SIGKILL'));

    return {
      pid: child.pid,
      exited,
      connect: async (options) =>
        connectStdio({ ...options, stdin: child.stdin, stdout: child.stdout }),
      memory: async () => 1024,
      async stop(patienceMs) {
        child.stdin.end();
        for (const name of ['SIGTERM', 'SIGKILL'] as const) {
          await Promise.race([exited, delay(patienceMs)]);
          kill(name);
        }
        await exited;
      },
    };
  },
};
