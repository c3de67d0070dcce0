import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Server, Socket } from 'node:net';

import { AppError } from '@plugboard/contracts';

import type { Group } from '../sandbox/cgroup/group.ts';
import type { EgressProxy } from '../sandbox/network/egress-proxy.ts';
import type { RunningServer, ServerSinks } from './driver.ts';
import type { ProcessPlan } from './process-plan.ts';
import { ProcessServer } from './process-server.ts';
import { StderrLines } from './stderr-lines.ts';

export interface SpawnOptions {
  readonly plan: ProcessPlan;
  readonly group: Group | undefined;
  readonly sandboxed: boolean;
  readonly proxy: EgressProxy | undefined;
  readonly sinks: ServerSinks;
  readonly mark: string;
  /** Descriptors of ours that the server must not inherit. */
  readonly leaked: readonly number[];
  /** Runs when nothing of the server is left, or it was never there. */
  readonly onEnd?: () => Promise<void> | undefined;
}

/** Carries out a plan. Resolves when the server's own program runs, or is about to. */
export async function spawnServer(options: SpawnOptions): Promise<RunningServer> {
  const { plan, group, sandboxed, proxy, sinks, mark } = options;
  let child: ChildProcess;
  try {
    child = await spawnChain(plan, options);
  } catch (cause) {
    await group?.remove();
    await options.onEnd?.();
    throw new AppError('upstream_failed', 'The server cannot be executed on this machine.', {
      cause,
    });
  }
  let listener: Server | undefined;
  const stderr = new StderrLines(streamOf(child, 2), (line) => sinks.onStderr(line));
  const server = new ProcessServer({
    child,
    stdin: streamOf(child, 0),
    stdout: streamOf(child, 1),
    stderr,
    group,
    sandboxed,
    // The outermost bubblewrap itself and its first process are not among the descendants.
    inner: Math.max(0, plan.layers - 1) * 2,
    mark,
    release: () => {
      sinks.signal.removeEventListener('abort', kill);
      listener?.close();
      proxy?.close();
      return options.onEnd?.();
    },
  });
  const kill = (): void => server.kill();
  sinks.signal.addEventListener('abort', kill, { once: true });
  try {
    // Everything that follows in the chain is born into the groups: it waits for its input.
    group?.add(child.pid ?? 0);
    const ready = Promise.all([
      sandboxed ? readInit(child, plan).then((pid) => (server.init = pid)) : undefined,
      proxy &&
        receiveListener(child).then((received) => {
          listener = received;
          received.on('connection', (socket) => proxy.accept(socket));
        }),
    ]);
    feed(child, plan);
    if (sinks.signal.aborted) kill();
    await Promise.race([ready, failure(server)]);
    return server;
  } catch (error) {
    server.kill();
    await server.exited;
    throw error;
  }
}

async function spawnChain(
  { command, env, cwd, channels }: ProcessPlan,
  { sandboxed, leaked }: SpawnOptions,
): Promise<ChildProcess> {
  const [program = '', ...args] = command;
  const stdio: (number | 'pipe' | 'ipc' | 'ignore')[] = [
    ...Array<'pipe'>(3).fill('pipe'),
    ...channels.map(({ kind }) => (kind === 'ipc' ? 'ipc' : 'pipe')),
  ];
  using nothing = openNothing();
  for (const descriptor of leaked) {
    while (stdio.length <= descriptor) stdio.push('ignore');
    if (stdio[descriptor] === 'ignore') stdio[descriptor] = nothing.descriptor;
  }
  const child = spawn(program, args, { cwd, env, detached: !sandboxed, stdio });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('spawn', resolve).once('error', reject);
  await promise;
  // Later ones are about a signal or message that came too late.
  child.on('error', () => undefined);
  return child;
}

function openNothing(): Disposable & { readonly descriptor: number } {
  const descriptor = openSync('/dev/null', 'r');
  return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) };
}

function feed(child: ChildProcess, { channels }: ProcessPlan): void {
  for (const [index, channel] of channels.entries()) {
    if (channel.kind !== 'input') continue;
    const stream = streamOf(child, index + 3);
    // When it ended before it read all, its exit says why.
    stream.on('error', () => undefined);
    stream.end(channel.bytes);
  }
}

/** One end of a pipe that the child was given as a descriptor. */
function streamOf(child: ChildProcess, descriptor: number): Socket {
  const stream = child.stdio[descriptor];
  if (!(stream instanceof Socket)) throw new Error(`descriptor ${descriptor} is not a pipe`);
  return stream;
}

/** The process id, outside, of the first process of the sandbox, once all of it stands. */
async function readInit(child: ChildProcess, { channels }: ProcessPlan): Promise<number> {
  const [init = 0] = await Promise.all(
    [...channels.entries()]
      .filter(([, { kind }]) => kind === 'status')
      .map(([index]) => readChildPid(streamOf(child, index + 3))),
  );
  return init;
}

async function readChildPid(stream: Socket): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let text = '';
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('latin1')).slice(0, 4096);
    const pid = /"child-pid": ?(\d+)/.exec(text)?.[1];
    if (pid !== undefined) resolve(Number(pid));
  });
  return promise;
}

/** The socket that the bootstrap opened in the sandbox's own network. */
async function receiveListener(child: ChildProcess): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  child.once('message', (_message, handle) => {
    child.disconnect();
    if (handle instanceof Server) resolve(handle);
    else
      reject(new AppError('upstream_failed', 'The sandbox did not open its way to the network.'));
  });
  return promise;
}

async function failure(server: ProcessServer): Promise<never> {
  const { code, signal, outOfMemory } = await server.exited;
  const how = outOfMemory
    ? 'ran out of its memory limit'
    : signal === null
      ? `ended with exit code ${code}`
      : `was ended by ${signal}`;
  throw new AppError('upstream_failed', `The server ${how} before it was started.`);
}
