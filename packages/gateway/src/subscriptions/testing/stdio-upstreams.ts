import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { AppError } from '@plugboard/contracts';
import { connectStdio, type Envelope, type Upstream } from '@plugboard/protocol';

import type { Upstreams } from '../../ports.ts';

/** Connections to one server process, started again when it is gone, as the supervisor gives them. */
export interface StdioUpstreams
  extends Pick<Upstreams, 'acquire' | 'hold' | 'onMessage'>, AsyncDisposable {
  readonly holds: number;
  readonly starts: number;
  /** Whether the instance is gone: `acquire` rejects with `not_found`. */
  isRemoved: boolean;
  /** Ends the process as a crash would. */
  crash(): Promise<void>;
}

export function stdioUpstreams(script: URL, argument: string): StdioUpstreams {
  const path = fileURLToPath(script);
  const listeners = new Set<(upstream: Upstream, message: Envelope) => void>();
  let live: Promise<Upstream> | undefined;
  let child: ChildProcess | undefined;
  let holds = 0;
  let starts = 0;

  async function start(): Promise<Upstream> {
    starts += 1;
    const started = spawn(process.execPath, [path, argument], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child = started;
    const { stdin, stdout } = started;
    const upstream = await connectStdio({
      stdin,
      stdout,
      clientInfo: { name: 'test', version: '1' },
    });
    upstream.onMessage = (message) => {
      for (const listener of listeners) listener(upstream, message);
    };
    void upstream.closed.then(() => (live = undefined));
    return upstream;
  }

  const upstreams: StdioUpstreams = {
    get holds() {
      return holds;
    },
    get starts() {
      return starts;
    },
    isRemoved: false,
    async acquire() {
      if (upstreams.isRemoved) throw new AppError('not_found', 'There is no such instance.');
      live ??= start();
      return live;
    },
    hold() {
      holds += 1;
      return { [Symbol.dispose]: () => void (holds -= 1) };
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async crash() {
      const upstream = await live;
      child?.kill('SIGKILL');
      await upstream?.closed;
    },
    async [Symbol.asyncDispose]() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
  return upstreams;
}
