import { AppError, isAppError } from '@plugboard/contracts';
import type { Upstream } from '@plugboard/protocol';

import type { Injection } from '../drivers/driver.ts';
import type { InstanceSpec } from '../instance.ts';
import { LineRedactor } from '../logs/line-redactor.ts';
import { createRedactor } from '../logs/redact.ts';
import { type CopyContext, type CopyKey, isPersonal } from './copy-context.ts';
import { createDefinitionWatch, type DefinitionWatch } from './definition-watch.ts';
import type { UpstreamOrigin } from './options.ts';
import { ownIdleMs, routedCapabilities } from './own-connection.ts';
import { orAborted } from './or-aborted.ts';
import { startServer, whenEnded, type StartedServer } from './start-server.ts';
import type { InstanceStatus } from './state.ts';
import { stoppedError } from './stopped-error.ts';
import { StderrTail } from './stderr-tail.ts';
import { newLifecycle, transition, type LifecycleEvent } from './transition.ts';

interface Live extends StartedServer {
  readonly spec: InstanceSpec;
  /** Already resolved with the upstream: what every call gets, without a new promise for each. */
  readonly ready: Promise<Upstream>;
  /** None where one client has it for itself: what it is shown is not what is offered to all. */
  readonly watch: DefinitionWatch | undefined;
  readonly tail: StderrTail;
  readonly stderr: LineRedactor;
}

/** Patience with what is left of a server that ended by itself. */
const remainsPatienceMs = 300;
const restarting = Symbol('restarting');

/**
 * One instance with one credential set: at most one running server, shared by all its callers or, with
 * a key of its own, for one client alone.
 */
export class Copy {
  readonly key: CopyKey;
  /** Which of the places for running servers and connections it takes. */
  place: 'process' | 'remote' | undefined;
  lastUsedAt: number | undefined;
  readonly #context: CopyContext;
  #life = newLifecycle;
  #live: Live | undefined;
  #starting: Promise<Upstream> | undefined;
  #startAbort: AbortController | undefined;
  /** The end of the server before: two of one copy never run at once. Never rejects. */
  #ending: Promise<void> | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #holds = 0;

  constructor(key: CopyKey, context: CopyContext) {
    this.key = key;
    this.#context = context;
  }

  /** On the path of every call: no allocation when the server runs. */
  acquire(): Promise<Upstream> {
    const live = this.#live;
    if (live === undefined) return this.#acquireSlowly();
    this.lastUsedAt = this.#context.clock();
    return live.ready;
  }

  get isIdle(): boolean {
    const live = this.#live;
    if (live === undefined || this.#holds > 0) return false;
    // What the supervisor itself listens to is nobody's call.
    return live.upstream.inFlight === (live.watch?.isListening === true ? 1 : 0);
  }

  /** An instance with `idleMs` 0 is to keep running. */
  get mayBeEvicted(): boolean {
    return this.isIdle && (isPersonal(this.key) || this.#live?.spec.idleMs !== 0);
  }

  /** Whether nothing would be lost with this object. */
  get isForgettable(): boolean {
    if (this.#live || this.#starting || this.#ending || this.#holds > 0) return false;
    const { state } = this.#life;
    if (state.name === 'stopped') return true;
    if (!isPersonal(this.key)) return false;
    // Clients come and go, and their failures are remembered for a while only.
    return state.name === 'failing' ? this.#now() >= this.#forgetAt(state) : true;
  }

  hold(): Disposable {
    this.#holds += 1;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#holds -= 1;
        held = false;
        this.lastUsedAt = this.#context.clock();
        this.#offerToForget();
      },
    };
  }

  status(memoryBytes?: number): InstanceStatus {
    const { state, restarts } = this.#life;
    return { ...this.key, state, restarts, lastUsedAt: this.lastUsedAt, memoryBytes };
  }

  async memory(): Promise<number | undefined> {
    return this.#live?.server.memory();
  }

  /** Ends the server if it is idle; the next call starts it again. */
  async sleep(): Promise<void> {
    if (this.#live && this.isIdle) this.#end(this.#live, { type: 'sleep', at: this.#now() });
    await this.#ending;
  }

  /** Ends the server or its start, whatever it does, and forgives its failures. */
  async stop(): Promise<void> {
    this.#startAbort?.abort(new AppError('unavailable', 'The server was stopped.'));
    if (this.#live) this.#end(this.#live, { type: 'stop' });
    else this.#advance({ type: 'stop' });
    await this.#starting?.catch(() => undefined);
    await this.#ending;
  }

  /** Starts a running server anew, with its configuration of now; lets a failing one try again. */
  async restart(): Promise<void> {
    // What is for one alone is started again by its next call.
    const isKept = this.#live !== undefined && !isPersonal(this.key);
    const wasWanted = isKept || this.#starting !== undefined;
    this.#startAbort?.abort(restarting);
    if (this.#live) this.#end(this.#live, { type: 'stop' });
    else if (!this.#starting) this.#advance({ type: 'stop' });
    if (wasWanted) await this.acquire();
  }

  /** Ends it without patience. */
  kill(): void {
    this.#live?.kill();
  }

  #acquireSlowly(): Promise<Upstream> {
    this.#starting ??= this.#startUnlessAborted().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #startUnlessAborted(): Promise<Upstream> {
    for (;;) {
      const abort = new AbortController();
      this.#startAbort = abort;
      try {
        await this.#ending;
        abort.signal.throwIfAborted();
        if (this.#context.isClosing()) throw new AppError('unavailable', 'Plugboard is stopping.');
        this.#refuseWhileBackingOff();
        return await this.#start(abort.signal);
      } catch (error) {
        if (abort.signal.reason !== restarting) throw error;
      } finally {
        this.#startAbort = undefined;
      }
    }
  }

  #refuseWhileBackingOff(): void {
    const { state } = this.#life;
    if (state.name !== 'failing') return;
    const retryAfterMs = state.retryAt - this.#now();
    if (retryAfterMs <= 0) return;
    throw new AppError(
      'unavailable',
      `The server failed ${state.failures} times and may be tried again in ${Math.ceil(retryAfterMs / 1000)} s. ${state.reason}`,
      { retryAfterMs },
    );
  }

  /** What fails before the server itself is started is not held against it. */
  async #start(signal: AbortSignal): Promise<Upstream> {
    const { options, queue } = this.#context;
    const { organizationId, instanceId } = this.key;
    this.#advance({ type: 'start', at: this.#now() });
    let leave: (() => void) | undefined;
    try {
      const spec = await orAborted(options.source.find(organizationId, instanceId), signal);
      if (spec?.organizationId !== organizationId || spec.id !== instanceId) {
        throw new AppError('not_found', 'There is no such instance.');
      }
      if (spec.stopped === true) throw stoppedError(spec.slug);
      const place = spec.launch.driver;
      if (place === 'process') leave = await queue.enter(organizationId, signal);
      if (place === 'process' || isPersonal(this.key)) await this.#context.makeRoom(this, place);
      const injection = await orAborted(this.#openInjection(spec), signal);
      const slot = leave && setTimeout(leave, this.#context.limits.startSlotMs);
      try {
        return await this.#launch(spec, injection, signal);
      } finally {
        clearTimeout(slot);
      }
    } catch (error) {
      this.place = undefined;
      if (this.#life.state.name === 'starting') this.#advance({ type: 'stop' });
      throw error;
    } finally {
      leave?.();
    }
  }

  async #openInjection(spec: InstanceSpec): Promise<Injection> {
    const { source } = this.#context.options;
    const { credentialSet } = this.key;
    const [secrets, authorization] = await Promise.all([
      source.openSecrets(spec, credentialSet),
      spec.launch.driver === 'remote' ? source.authorization?.(spec, credentialSet) : undefined,
    ]);
    return { secrets, authorization };
  }

  async #launch(spec: InstanceSpec, injection: Injection, signal: AbortSignal): Promise<Upstream> {
    const { options, limits } = this.#context;
    const values = injection.secrets.map(({ value }) => value);
    const redact = createRedactor(values);
    const tail = new StderrTail();
    const stderr = new LineRedactor(values, (text) => {
      tail.add(text);
      options.logs.write(spec.id, 'stderr', text);
    });
    const { organizationId, instanceId, own } = this.key;
    const { onMessage, onRequest } = this.#context;
    const origin: UpstreamOrigin = { organizationId, instanceId, ownKey: own?.key };
    const watch = own
      ? undefined
      : createDefinitionWatch(limits.refreshDelayMs, (upstream) =>
          this.#inform(options.onDefinitionsChanged, spec, upstream),
        );
    this.#note('starting');
    try {
      const started = await startServer({
        drivers: options.drivers,
        clientInfo: options.clientInfo,
        capabilities: own?.capabilities ?? routedCapabilities,
        spec,
        injection,
        signal,
        onStderr: (line) => stderr.push(line.toString('utf8')),
        handlers: {
          onMessage: (upstream, message) => {
            watch?.hear(message, upstream);
            onMessage(upstream, message);
          },
          onRequest: (upstream, message) => onRequest(upstream, message, origin),
        },
        onSecondStart: () => {
          stderr.flush();
          tail.clear();
          this.#note('ended when it was asked for its era: starting it as a legacy server');
        },
        prepare: async (upstream) => {
          watch?.listen(upstream);
          if (watch && !spec.listed) await options.onReady(spec, upstream);
        },
      });
      // Stopped in the moment between its start and here.
      if (signal.aborted) {
        await started.server.stop(0);
        throw signal.reason;
      }
      return this.#goLive({ ...started, spec, watch, tail, stderr });
    } catch (error) {
      watch?.[Symbol.dispose]();
      stderr.flush();
      // A person must act; that is no failure of the server.
      if (isAppError(error, 'sign_in_required') && !signal.aborted) throw error;
      throw signal.aborted
        ? signal.reason
        : this.#startFailed(spec, redact(messageOf(error)), tail, error);
    }
  }

  #startFailed(spec: InstanceSpec, why: string, tail: StderrTail, error: unknown): AppError {
    const reason = `${spec.slug} did not start: ${why}${tail.toString()}`;
    this.#fail(reason);
    const { state } = this.#life;
    const retryAfterMs = state.name === 'failing' ? state.retryAt - state.since : 0;
    const ours = isAppError(error, 'invalid_input') || isAppError(error, 'unavailable');
    // Without its cause, whose text nobody redacted.
    return new AppError(ours ? error.code : 'upstream_failed', reason, { retryAfterMs });
  }

  #goLive(started: Omit<Live, 'ready'>): Upstream {
    const { spec, server, upstream } = started;
    const live: Live = { ...started, ready: Promise.resolve(upstream) };
    this.#live = live;
    this.lastUsedAt = this.#now();
    this.#advance({ type: 'ready', at: this.#now(), pid: server.pid });
    this.#note(`ready${server.pid === undefined ? '' : `, process ${server.pid}`}`);
    void this.#watch(live);
    const { ownIdleMs: longestMs } = this.#context.limits;
    const idleMs = isPersonal(this.key) ? ownIdleMs(spec.idleMs, longestMs) : spec.idleMs;
    if (idleMs > 0) this.#checkIdleAfter(idleMs, idleMs);
    if (spec.listed && live.watch) void this.#inform(this.#context.options.onReady, spec, upstream);
    return upstream;
  }

  async #watch(live: Live): Promise<void> {
    await Promise.race([live.server.exited, live.upstream.closed]);
    if (this.#live !== live) return;
    this.#endWith(live, async () => {
      const reason = await whenEnded(live, live.spec);
      live.stderr.flush();
      this.#fail(`${live.spec.slug} ${reason}.${live.tail.toString()}`);
      await live.server.stop(remainsPatienceMs);
    });
  }

  #checkIdleAfter(ms: number, idleMs: number): void {
    this.#idleTimer = setTimeout(() => {
      const now = this.#now();
      if (!this.isIdle) this.lastUsedAt = now;
      const left = idleMs - (now - (this.lastUsedAt ?? now));
      if (left > 0) this.#checkIdleAfter(left, idleMs);
      else void this.sleep();
    }, ms).unref();
  }

  #end(live: Live, event: LifecycleEvent): void {
    this.#advance(event);
    this.#note(event.type === 'sleep' ? 'asleep' : 'stopping');
    this.#endWith(live, async () => live.server.stop(this.#context.limits.stopPatienceMs));
  }

  /** From here on calls start a new server, which waits until this one is gone. */
  #endWith(live: Live, finish: () => Promise<void>): void {
    this.#live = undefined;
    clearTimeout(this.#idleTimer);
    live.watch?.[Symbol.dispose]();
    this.#ending = (async () => {
      try {
        await finish();
        live.stderr.flush();
      } catch (error) {
        const fields = { instanceId: this.key.instanceId, err: error };
        this.#context.options.log.error(fields, 'a server did not stop cleanly');
      }
      this.place = undefined;
      this.#ending = undefined;
      this.#offerToForget();
    })();
  }

  #fail(reason: string): void {
    this.#note(reason);
    this.#advance({ type: 'fail', at: this.#now(), reason, random: Math.random() });
    const { state } = this.#life;
    if (!isPersonal(this.key) || state.name !== 'failing') return;
    setTimeout(() => this.#offerToForget(), this.#forgetAt(state) - this.#now() + 1).unref();
  }

  #forgetAt({ retryAt }: { readonly retryAt: number }): number {
    return retryAt + this.#context.limits.backoffCapMs;
  }

  #offerToForget(): void {
    if (this.isForgettable) this.#context.onForgettable(this);
  }

  async #inform(
    tell: (spec: InstanceSpec, upstream: Upstream) => Promise<void>,
    spec: InstanceSpec,
    upstream: Upstream,
  ): Promise<void> {
    try {
      await tell(spec, upstream);
    } catch (error) {
      const fields = { instanceId: spec.id, err: error };
      this.#context.options.log.warn(fields, 'what a server offers could not be refreshed');
    }
  }

  #advance(event: LifecycleEvent): void {
    const before = this.#life;
    this.#life = transition(before, event, this.#context.limits);
    if (this.#life.state !== before.state) this.#context.options.onStatus?.(this.status());
  }

  #note(text: string): void {
    this.#context.options.logs.write(this.key.instanceId, 'plugboard', text);
  }

  #now(): number {
    return this.#context.clock();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
