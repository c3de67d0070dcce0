import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '@plugboard/contracts';
import { endedWhenProbed, type Upstream } from '@plugboard/protocol';

import type { Driver, Injection, RunningServer, ServerSinks } from '../drivers/driver.ts';
import type { InstanceSpec, ProcessLaunch, RemoteLaunch } from '../instance.ts';
import { EarlyMessages, type UpstreamHandlers } from './early-messages.ts';
import { describeExit } from './exit-reason.ts';
import { orAborted } from './or-aborted.ts';

export interface Drivers {
  readonly process: Driver<ProcessLaunch>;
  readonly remote: Driver<RemoteLaunch>;
}

export interface StartRequest {
  readonly drivers: Drivers;
  readonly spec: InstanceSpec;
  readonly injection: Injection;
  readonly clientInfo: { readonly name: string; readonly version: string };
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Hears the server from its first byte on. */
  readonly handlers: UpstreamHandlers;
  readonly onStderr: (line: Buffer) => void;
  /** The server ended when it was asked for its era, or would have anyhow, and is started once more. */
  readonly onSecondStart: () => void;
  /** Runs on the connection before the start counts as done. */
  readonly prepare: (upstream: Upstream) => Promise<void>;
  /** Gives up the start; of no effect once it is done. */
  readonly signal: AbortSignal;
}

export interface StartedServer {
  readonly server: RunningServer;
  readonly upstream: Upstream;
  /** Ends it without patience. */
  kill(): void;
}

/** A killed driver that does not come back is not waited for longer. */
const abandonMs = 5_000;
/** The exit of a process follows the end of its connection at this distance, even on a busy machine. */
const exitLagMs = 1_000;

/**
 * Starts a server and shakes hands with it, within `spec.startTimeoutMs`. One that ends when it is
 * asked for its era is started once more, as a legacy one. When it rejects, nothing of the server is
 * left.
 */
export async function startServer(request: StartRequest): Promise<StartedServer> {
  try {
    return await startOnce(request);
  } catch (error) {
    if (!endedWhenProbed(error)) throw error;
    request.onSecondStart();
    return startOnce({ ...request, spec: { ...request.spec, era: 'legacy' } });
  }
}

async function startOnce(request: StartRequest): Promise<StartedServer> {
  const { drivers, spec, injection, onStderr, signal } = request;
  const life = new AbortController();
  const giveUp = (): void => life.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  const timer = setTimeout(() => life.abort(tooSlow(spec)), spec.startTimeoutMs);
  const starting = startWith(drivers, spec, injection, { onStderr, signal: life.signal });
  try {
    signal.throwIfAborted();
    const server = await orAborted(starting, life.signal);
    const upstream = await orAborted(connect(server, request), life.signal);
    life.signal.throwIfAborted();
    return { server, upstream, kill: () => life.abort() };
  } catch (error) {
    life.abort(error);
    await Promise.race([cleanUp(starting), delay(abandonMs, undefined, { ref: false })]);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** Resolves when a started server has ended by itself, with the reason as words after its name. */
export async function whenEnded(started: StartedServer, spec: InstanceSpec): Promise<string> {
  const { server, upstream } = started;
  const exited = server.exited.then((exit) => describeExit(exit, spec));
  const closed = upstream.closed.then(async (error) => {
    await delay(exitLagMs, undefined, { ref: false });
    return error === undefined ? 'closed its connection' : `lost its connection: ${error.message}`;
  });
  return Promise.race([exited, closed]);
}

async function startWith(
  drivers: Drivers,
  spec: InstanceSpec,
  injection: Injection,
  sinks: ServerSinks,
): Promise<RunningServer> {
  const { launch } = spec;
  return launch.driver === 'process'
    ? drivers.process.start({ ...spec, launch }, injection, sinks)
    : drivers.remote.start({ ...spec, launch }, injection, sinks);
}

async function connect(server: RunningServer, request: StartRequest): Promise<Upstream> {
  const { spec, clientInfo, capabilities, handlers, prepare } = request;
  const early = new EarlyMessages(handlers);
  const connecting = (async () => {
    const upstream = await server.connect({
      clientInfo,
      capabilities,
      ...(spec.era && { era: spec.era }),
      initializeTimeoutMs: spec.startTimeoutMs,
      onMessage: early.onMessage,
      onRequest: early.onRequest,
    });
    early.connected(upstream);
    await prepare(upstream);
    return upstream;
  })();
  const ended = server.exited.then((exit) => {
    throw new AppError('upstream_failed', `it ${describeExit(exit, spec)}.`);
  });
  try {
    return await Promise.race([connecting, ended, early.overflow]);
  } catch (error) {
    const broken = connecting.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    const why = await Promise.race([broken, delay(exitLagMs, undefined, { ref: false })]);
    if (endedWhenProbed(why)) throw why;
    // The exit of a process tells more than the broken connection that it causes.
    if (server.pid !== undefined) {
      await Promise.race([ended, delay(exitLagMs, undefined, { ref: false })]);
    }
    throw error;
  }
}

async function cleanUp(starting: Promise<RunningServer>): Promise<void> {
  const server = await starting.catch(() => undefined);
  await server?.stop(0);
}

function tooSlow(spec: InstanceSpec): AppError {
  return new AppError(
    'upstream_failed',
    `it was not ready within ${spec.startTimeoutMs / 1000} s. Allow it more time, or see its log for what it waits for.`,
  );
}
