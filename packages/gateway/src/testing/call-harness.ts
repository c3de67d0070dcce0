import { AppError } from '@plugboard/contracts';
import { type Envelope, parseParams, readEnvelope, type Upstream } from '@plugboard/protocol';
import type { UpstreamRequest } from '@plugboard/protocol';
import { expect } from 'vitest';

import type { Grant } from '../access/decide.ts';
import type { AuditRecord, CallOutcome } from '../audit-record.ts';
import { createBridge } from '../bridge/create-bridge.ts';
import { createAttribution } from '../call/attribution.ts';
import { type CallClient, silentClient } from '../call/call-client.ts';
import { createLimiter } from '../call/limit.ts';
import { type CallServices, runCall } from '../call/run-call.ts';
import { parseEndpoint } from '../endpoint.ts';
import type { OfferedInstance, OwnConnection, UpstreamPlace, Upstreams } from '../ports.ts';
import { buildToolset } from '../toolset/toolset.ts';
import { buildCall, buildGrant, memoryTasks, notingAudit, plainSealer } from './build.ts';

type Json = Record<string, unknown>;

/** What a scripted server may do while it carries out a request. */
export interface ServerSide {
  /** Asks the client, on the stream of the request or beside it; resolves with the whole answer. */
  readonly ask: (
    method: string,
    params?: unknown,
    options?: { readonly id?: string },
  ) => Promise<Json>;
  readonly notify: (method: string, params: unknown) => void;
  /** The params of the request, parsed. */
  readonly params: Json;
  readonly signal: AbortSignal | undefined;
  readonly request: UpstreamRequest;
}

type Listener = (upstream: Upstream, message: Envelope, from: UpstreamPlace) => void;

export type Script = (side: ServerSide) => object | Promise<object | void>;

/** A server whose behaviour is a function that returns a result, or an object with `error`. */
export class ScriptedServer {
  readonly sent: UpstreamRequest[] = [];
  /** What it was answered to its own requests, and notified of, in order. */
  readonly heard: Json[] = [];
  readonly upstream: Upstream;
  readonly place: UpstreamPlace;
  #listener: Listener | undefined;
  readonly #script: Script;
  readonly #onStream: boolean;
  readonly #waiting = new Map<string, (answer: Json) => void>();
  readonly #close = Promise.withResolvers<Error | undefined>();
  #asked = 0;

  constructor(
    script: Script,
    options: {
      readonly era?: 'legacy' | 'modern';
      /** Whether it asks on the stream of the request, as over HTTP. */
      readonly onStream?: boolean;
      readonly ownKey?: string;
    } = {},
  ) {
    this.#script = script;
    this.#onStream = options.onStream ?? true;
    this.place = { organizationId: 'org', instanceId: 'instance', ownKey: options.ownKey };
    const era = options.era ?? 'legacy';
    const protocolVersion = era === 'legacy' ? '2025-11-25' : '2026-07-28';
    const hello = { era, protocolVersion, result: Buffer.from('{"capabilities":{"logging":{}}}') };
    this.upstream = {
      hello,
      mirrorsParams: era === 'modern',
      request: (request) => this.#serve(request),
      notify: (method) => void this.heard.push({ method }),
      onMessage: undefined,
      onRequest: undefined,
      respond: (bytes) => this.#hear(bytes),
      inFlight: 0,
      closed: this.#close.promise,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  listen(listener: Listener | undefined): void {
    this.#listener = listener;
  }

  close(): void {
    this.#close.resolve(undefined);
  }

  /** Asks outside of any request. */
  ask(method: string, params: unknown = {}, id?: string, request?: UpstreamRequest): Promise<Json> {
    this.#asked += 1;
    const text = JSON.stringify(id ?? `q${this.#asked}`);
    const { promise, resolve } = Promise.withResolvers<Json>();
    this.#waiting.set(text, resolve);
    const message = envelopeOf({ jsonrpc: '2.0', id: JSON.parse(text), method, params });
    if (request?.onRequest) void request.onRequest(message);
    else this.#listener?.(this.upstream, message, this.place);
    return promise;
  }

  async #serve(request: UpstreamRequest): Promise<Envelope> {
    this.sent.push(request);
    const aborted = Promise.withResolvers<never>();
    const stop = (): void => aborted.reject(new AppError('cancelled', 'it was cancelled'));
    if (request.signal?.aborted) stop();
    request.signal?.addEventListener('abort', stop);
    const side: ServerSide = {
      ask: (method, params, options) =>
        this.ask(method, params, options?.id, this.#onStream ? request : undefined),
      notify: (method, params) =>
        void request.onMessage?.(envelopeOf({ jsonrpc: '2.0', method, params })),
      params: JSON.parse(request.params?.toString() ?? '{}'),
      signal: request.signal,
      request,
    };
    const result = await Promise.race([
      (async (): Promise<Json> => ({ ...(await this.#script(side)) }))(),
      aborted.promise,
    ]);
    const answer = 'error' in result ? result : { result };
    return envelopeOf({ jsonrpc: '2.0', id: 7, ...answer });
  }

  #hear(bytes: Buffer): void {
    const answer: Json = JSON.parse(bytes.toString());
    this.heard.push(answer);
    const key = JSON.stringify(answer['id']);
    this.#waiting.get(key)?.(answer);
    this.#waiting.delete(key);
  }
}

export function envelopeOf(message: unknown): Envelope {
  return readEnvelope(Buffer.from(JSON.stringify(message)));
}

export interface CallOptions {
  readonly client?: CallClient;
  readonly agentId?: string;
  /** For whom the agent acts. */
  readonly memberId?: string;
  readonly method?: string;
  readonly signal?: AbortSignal;
  readonly path?: string;
  readonly grants?: readonly Grant[];
  readonly onMessage?: (message: Json) => void;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes calls of agents to a scripted server, through all stages but HTTP. */
export function callHarness(
  server: ScriptedServer,
  instances: readonly OfferedInstance[],
  options: {
    readonly maxCalls?: number;
    /** Rejects where a credential set lacks something. */
    readonly refuse?: (credentialSet: string) => Promise<void>;
  } = {},
) {
  const events: string[] = [];
  const records: AuditRecord[] = [];
  const audit = notingAudit(events, records);
  const acquired: (OwnConnection | undefined)[] = [];
  const sets: string[] = [];
  const asking: string[] = [];
  const upstreams: Upstreams = {
    async acquire(_organizationId, _instanceId, credentialSet, own) {
      sets.push(credentialSet);
      await options.refuse?.(credentialSet);
      acquired.push(own);
      return server.upstream;
    },
    hold: () => ({ [Symbol.dispose]: () => {} }),
    onMessage: () => () => {},
    onRequest(listener) {
      server.listen(listener);
      return () => server.listen(undefined);
    },
    async noteAsking(_organizationId, instanceId) {
      asking.push(instanceId);
    },
  };
  const attribution = createAttribution();
  const time = { now: 1_000_000 };
  const services: CallServices = {
    audit,
    upstreams,
    attribution,
    bridge: createBridge({
      upstreams,
      attribution,
      onError: (error) => expect.unreachable(String(error)),
    }),
    tasks: memoryTasks(),
    sealer: plainSealer,
    limiter: createLimiter(options.maxCalls ?? 200),
    clock: () => time.now,
    callTimeoutMs: 1000,
    maxResultBytes: 32 * 1024 * 1024,
  };

  async function call(params: unknown, settings: CallOptions = {}): Promise<Json> {
    const request = buildCall(settings.method ?? 'tools/call', params);
    const grants = settings.grants ?? [buildGrant({ level: 'execute' })];
    const endpoint = parseEndpoint(settings.path ?? '/mcp');
    if (!endpoint) throw new Error('no such endpoint');
    const answer = await runCall(services, {
      facts: {
        callId: 'call',
        caller: {
          organizationId: 'org',
          agentId: settings.agentId ?? 'agent',
          tokenId: 'token',
          ...(settings.memberId !== undefined && { memberId: settings.memberId }),
        },
        method: settings.method ?? 'tools/call',
        startedAt: time.now,
      },
      toolset: buildToolset({ grants, instances }, endpoint, time.now),
      client: settings.client ?? silentClient,
      request,
      params: parseParams(request),
      signal: settings.signal ?? new AbortController().signal,
      onMessage: (message) => settings.onMessage?.(JSON.parse(message.bytes.toString())),
      ...(settings.headers && { headers: settings.headers }),
    });
    return JSON.parse(answer.bytes.toString());
  }

  const outcomes = (): CallOutcome[] =>
    records.filter((record): record is CallOutcome => record.kind === 'call.outcome');

  return { call, services, events, audit, records, outcomes, acquired, sets, asking, time };
}

export const allCapabilities = { roots: {}, sampling: {}, elicitation: { form: {}, url: {} } };

export function modernClient(capabilities: Json = allCapabilities, key = 'modern'): CallClient {
  return { ...silentClient, era: 'modern', key, capabilities };
}

/** A legacy client that answers each question by a function, an error where that throws. */
export function legacyClient(
  answer: (method: string, params: Json, signal: AbortSignal) => unknown,
  capabilities: Json = allCapabilities,
  key = 'session',
): CallClient {
  return {
    ...silentClient,
    key,
    capabilities,
    async ask({ method, params, signal }) {
      const result = await answer(method, JSON.parse(params?.toString() ?? '{}'), signal);
      return envelopeOf({ jsonrpc: '2.0', id: 's1', result });
    },
  };
}
