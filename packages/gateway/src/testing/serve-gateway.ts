import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';

import type { ChangeEvent } from '@plugboard/contracts';
import { latestModernVersion, mirroredHeaders, SseParser } from '@plugboard/protocol';

import type { AuditRecord } from '../audit-record.ts';
import { createGateway, type GatewayOptions } from '../create-gateway.ts';
import type { AccessSnapshot, AgentIdentity, Upstreams } from '../ports.ts';
import { memoryTasks, notingAudit, plainSealer } from './build.ts';
import { MemorySessions } from './memory-sessions.ts';

/** A JSON-RPC message as a client reads it. */
export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** What arrives at a client in answer to one request. */
export interface Arrival {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The messages of the body, one if it is no event stream, in the order of their coming. */
  readonly messages: readonly Message[];
  /** Resolves with the next message; undefined when there are no more. */
  next(): Promise<Message | undefined>;
  /** All messages, when the body has ended. */
  all(): Promise<readonly Message[]>;
  /** Leaves. */
  close(): void;
}

/** A gateway behind a real port, for agents with the tokens `one` and `two`. */
export async function serveGateway(options: {
  readonly access: Record<string, AccessSnapshot>;
  readonly upstreams: Upstreams;
  readonly limits?: GatewayOptions['limits'];
  /** When the agents' tokens run out, in epoch milliseconds. */
  readonly tokensExpireAt?: number;
  /** What it shares with other gateways. */
  readonly sessions?: MemorySessions;
}) {
  const sessions = options.sessions ?? new MemorySessions();
  const records: AuditRecord[] = [];
  const audit = notingAudit([], records);
  const tasks = memoryTasks();
  const errors: unknown[] = [];
  const revoked = new Set<string>();
  const listeners = new Set<(event: ChangeEvent) => void>();
  const identities = new Map<string, AgentIdentity>();
  for (const agentId of Object.keys(options.access)) {
    identities.set(agentId, identityOf(agentId, options.tokensExpireAt));
  }
  const access = { ...options.access };
  const gateway = createGateway({
    baseUrl: 'http://127.0.0.1:4477',
    agents: {
      find: async (token) => (revoked.has(token) ? undefined : identities.get(token)),
      holds: async ({ agentId }) => !revoked.has(agentId),
    },
    access: {
      load: async (_organizationId, agentId) => access[agentId] ?? { grants: [], instances: [] },
    },
    audit,
    upstreams: options.upstreams,
    sessionStore: sessions.store,
    sessionMail: sessions.mail,
    streamStore: sessions.streamStore,
    tasks,
    sealer: plainSealer,
    onChange(listener) {
      listeners.add(listener);
      const stop = sessions.onChange(listener);
      return () => {
        stop();
        listeners.delete(listener);
      };
    },
    serverInfo: { name: 'plugboard', title: 'Plugboard', version: '1.2.3' },
    onError: (error) => errors.push(error),
    ...(options.limits && { limits: options.limits }),
  });
  const server = createServer((request, response) => void gateway.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
  const { port } = address;

  function send(
    path: string,
    headers: Readonly<Record<string, string | string[]>>,
    body: string | undefined,
    method = 'POST',
  ): Promise<Arrival> {
    const { promise, resolve, reject } = Promise.withResolvers<Arrival>();
    const outgoing = httpRequest({ port, path, method, headers }, (incoming) => {
      resolve(arrivalOf(incoming, () => outgoing.destroy()));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
    return promise;
  }

  return {
    gateway,
    port,
    records,
    audit,
    tasks,
    errors,
    send,
    /** Sends a modern request as a good client does, but for what is given otherwise. */
    ask(
      method: string,
      params: Readonly<Record<string, unknown>> = {},
      other: {
        readonly token?: string;
        readonly path?: string;
        readonly id?: string | number;
        readonly meta?: Readonly<Record<string, unknown>>;
        /** An undefined one is not sent. */
        readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
      } = {},
    ): Promise<Arrival> {
      const meta: Record<string, unknown> = {
        'io.modelcontextprotocol/protocolVersion': latestModernVersion,
        'io.modelcontextprotocol/clientCapabilities': {},
        ...other.meta,
      };
      const whole = { ...params, _meta: meta };
      const headers: Record<string, string | string[] | undefined> = {
        authorization: `Bearer ${other.token ?? 'one'}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': String(meta['io.modelcontextprotocol/protocolVersion']),
        ...mirroredHeaders(method, Buffer.from(JSON.stringify(whole))),
        ...other.headers,
      };
      const sent: Record<string, string | string[]> = {};
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined) sent[name] = value;
      }
      const body = { jsonrpc: '2.0', id: other.id ?? 1, method, params: whole };
      return send(`/mcp${other.path ?? ''}`, sent, JSON.stringify(body));
    },
    /** Makes the change and tells of it. */
    change(agentId: string, snapshot: AccessSnapshot): void {
      access[agentId] = snapshot;
      this.tell({ kind: 'access', organizationId: 'org', agentId });
    },
    revoke(agentId: string): void {
      revoked.add(agentId);
      this.tell({ kind: 'identity', organizationId: 'org', agentId });
    },
    /** Breaks the connections of all clients. */
    closeClients: () => server.closeAllConnections(),
    tell(event: ChangeEvent): void {
      for (const listener of listeners) listener(event);
    },
    async [Symbol.asyncDispose]() {
      gateway[Symbol.dispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function identityOf(agentId: string, expiresAt: number | undefined): AgentIdentity {
  return {
    organizationId: 'org',
    agentId,
    agentSlug: agentId,
    tokenId: `token of ${agentId}`,
    expiresAt,
  };
}

function arrivalOf(incoming: IncomingMessage, leave: () => void): Arrival {
  const messages: Message[] = [];
  const waiting: (() => void)[] = [];
  const over = Promise.withResolvers<void>();
  let read = 0;
  const note = (text: string): void => {
    messages.push(JSON.parse(text));
    for (const wake of waiting.splice(0)) wake();
  };
  const isStream = incoming.headers['content-type'] === 'text/event-stream';
  const chunks: Buffer[] = [];
  const parser = new SseParser({
    maxEventBytes: 1e7,
    onEvent: ({ data }) => note(data.toString()),
  });
  incoming.on('data', (chunk: Buffer) => (isStream ? parser.push(chunk) : chunks.push(chunk)));
  incoming.on('error', () => {}); // left by the test itself
  incoming.on('close', () => {
    if (chunks.length > 0) note(Buffer.concat(chunks).toString());
    over.resolve();
    for (const wake of waiting.splice(0)) wake();
  });
  const more = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve));
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    messages,
    async next() {
      while (read >= messages.length && !incoming.closed) await more();
      const message = messages[read];
      read += 1;
      return message;
    },
    async all() {
      await over.promise;
      return messages;
    },
    close: leave,
  };
}
