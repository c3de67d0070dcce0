import type { IncomingMessage, ServerResponse } from 'node:http';

import { type ChangeEvent, newId } from '@plugboard/contracts';
import { type Envelope, parseParams, type Upstream } from '@plugboard/protocol';

import { createBridge } from './bridge/create-bridge.ts';
import { createAttribution } from './call/attribution.ts';
import { silentClient } from './call/call-client.ts';
import { type DirectSubject, directRequest } from './call/direct-request.ts';
import { createLimiter } from './call/limit.ts';
import type { Caller } from './call/record.ts';
import { type CallRequest, runCall } from './call/run-call.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { OnError } from './http/exchange.ts';
import { handle } from './http/handle.ts';
import { createListenings } from './http/modern/listenings.ts';
import type { HttpServices } from './http/post.ts';
import type { ServerInfo } from './methods/initialize.ts';
import { createLogLevels, isLogWanted } from './methods/logging.ts';
import type {
  AccessSource,
  AgentDirectory,
  AgentIdentity,
  AuditLog,
  OnChange,
  SessionMail,
  SessionStore,
  StateSealer,
  StreamStore,
  TaskStore,
  Upstreams,
} from './ports.ts';
import { createChangeWatch } from './session/changes.ts';
import { createEventLogs } from './session/event-logs.ts';
import { createSessionRelay } from './session/relay.ts';
import { createSessionSubscriptions } from './session/session-subscriptions.ts';
import { createSessions } from './session/sessions.ts';
import { createStoreBudget } from './session/store-budget.ts';
import { createSubscriptions } from './subscriptions/subscriptions.ts';
import type { Toolset } from './toolset/toolset.ts';
import { createToolsets } from './toolset/toolsets.ts';
import { createWallClock } from './wall-clock.ts';

export interface GatewayOptions {
  /** Where the gateway is reached, without a slash at its end: tokens name endpoints below it. */
  readonly baseUrl: string;
  readonly agents: AgentDirectory;
  readonly access: AccessSource;
  readonly audit: AuditLog;
  readonly upstreams: Upstreams;
  readonly sessionStore: SessionStore;
  readonly sessionMail: SessionMail;
  readonly streamStore: StreamStore;
  readonly tasks: TaskStore;
  readonly sealer: StateSealer;
  readonly onChange: OnChange;
  readonly serverInfo: ServerInfo;
  /** Hears failures that no caller can be told of in full; `reference` is what the caller was told. */
  readonly onError: OnError;
  readonly limits?: Partial<GatewayLimits>;
}

export interface GatewayLimits {
  readonly maxBodyBytes: number;
  readonly maxResultBytes: number;
  readonly maxCallsPerAgent: number;
  /** GET streams that an agent's clients may hold open. */
  readonly maxStreamsPerAgent: number;
  /** Milliseconds without answer or progress after which a call is given up. */
  readonly callTimeoutMs: number;
}

const defaultLimits: GatewayLimits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxResultBytes: 32 * 1024 * 1024,
  maxCallsPerAgent: 256,
  maxStreamsPerAgent: 256,
  callTimeoutMs: 120_000,
};

/** The MCP side of Plugboard, as agents meet it. */
export interface Gateway extends Disposable {
  /** Serves one HTTP request to `/mcp…`; the caller has checked Host and Origin. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What an agent sees at an endpoint. */
  toolset(organizationId: string, agentId: string, endpoint: Endpoint): Promise<Toolset>;
  /**
   * Calls a tool, gets a prompt or reads a resource as an agent, outside of any session: decided and
   * recorded as every call, by `callId` where that is given. Resolves with the server's JSON-RPC
   * response; rejects as `runCall` does.
   */
  callDirectly(
    caller: Caller & Pick<AgentIdentity, 'toolboxIds'>,
    subject: DirectSubject,
    options: {
      readonly signal: AbortSignal;
      readonly callId?: string;
      readonly onMessage?: (message: Envelope) => void;
    },
  ): Promise<Envelope>;
}

/** Wires the stages of a call to what they need. Listens for changes until it is disposed of. */
export function createGateway(options: GatewayOptions): Gateway {
  const limits = { ...defaultLimits, ...options.limits };
  const { agents, audit, upstreams, onError } = options;
  const clock = createWallClock();
  const toolsets = createToolsets(options.access, clock);
  const sessions = createSessions(options.sessionStore, clock);
  const changes = createChangeWatch({ sessions, toolsets, agents, clock, onError });
  const listenings = createListenings({ toolsets, agents, clock, onError });
  const subscriptions = createSubscriptions({ upstreams, onError });
  const attribution = createAttribution();
  const bridge = createBridge({ upstreams, attribution, onError });
  const { sessionMail, streamStore, sealer } = options;
  const budget = createStoreBudget(clock);
  const relay = createSessionRelay({
    sessions,
    sessionMail,
    streamStore,
    sealer,
    budget,
    onChanged: (session) => sessionSubscriptions.sync(session),
    onError,
  });
  const sessionSubscriptions = createSessionSubscriptions({
    sessions,
    toolsets,
    subscriptions,
    own: bridge.own,
    relay,
    clock,
    onError,
  });
  const services: HttpServices = {
    agents,
    baseUrl: options.baseUrl,
    audit,
    upstreams,
    toolsets,
    sessions,
    changes,
    listenings,
    subscriptions,
    attribution,
    bridge,
    tasks: options.tasks,
    sealer,
    relay,
    logs: createEventLogs({ streamStore, budget, onError }),
    streamStore,
    sessionSubscriptions,
    limiter: createLimiter(limits.maxCallsPerAgent),
    streams: createLimiter(limits.maxStreamsPerAgent, 'open streams'),
    logLevels: createLogLevels(onError),
    serverInfo: options.serverInfo,
    clock,
    onError,
    ...limits,
  };

  const stopListening = [
    options.onChange((event: ChangeEvent) => {
      changes.hear(event);
      listenings.hear(event);
      relay.hear(event);
    }),
    upstreams.onMessage((upstream, message) => tellSessions(upstream, message)),
  ];

  /** Passes on what a server says outside of a request, to whom it can only concern. */
  function tellSessions(upstream: Upstream, message: Envelope): void {
    if (message.method === 'notifications/cancelled') bridge.hearCancelled(upstream, message);
    if (message.method === 'notifications/elicitation/complete') {
      relay.tellOwner(bridge.own.ownerOf(upstream), message);
    }
    if (message.method !== 'notifications/message') return;
    const agentId = attribution.deliver(upstream, message);
    if (agentId === undefined) return;
    for (const session of sessions.inUse(agentId)) {
      if (session.hasStream && isLogWanted(message, session.logLevel)) session.send(message.bytes);
    }
  }

  return {
    handle: (request, response) => handle(services, request, response),
    toolset: (organizationId, agentId, endpoint) =>
      toolsets.get({ organizationId, agentId }, endpoint),
    async callDirectly(caller, subject, { signal, callId = newId(), onMessage }) {
      const endpoint = parseEndpoint(`/mcp${subject.endpointPath ?? ''}`);
      if (!endpoint) throw new Error(`no endpoint at ${subject.endpointPath}`);
      const request = directRequest(subject);
      const call: CallRequest = {
        facts: { callId, caller, method: request.method ?? '', startedAt: clock() },
        toolset: await toolsets.get(caller, endpoint),
        client: silentClient,
        request,
        params: parseParams(request),
        signal,
        onMessage: onMessage ?? (() => {}),
      };
      return runCall(services, call);
    },
    [Symbol.dispose]() {
      for (const stop of stopListening) stop();
      relay[Symbol.dispose]();
      bridge[Symbol.dispose]();
      listenings[Symbol.dispose]();
      changes[Symbol.dispose]();
      sessions[Symbol.dispose]();
      subscriptions[Symbol.dispose]();
    },
  };
}
