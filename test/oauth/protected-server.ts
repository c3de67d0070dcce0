import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  fromJsonSchema,
  isInitializeRequest,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

import { checkDpop } from './check-dpop.ts';
import type { IdentityProvider, KnownToken } from './provider-face.ts';
import { listenOnLoopback } from './listen.ts';
import type { Tls } from './tls.ts';

export interface ProtectedServerOptions {
  /** Whose tokens it takes. */
  readonly provider: Pick<IdentityProvider, 'issuer' | 'introspect'>;
  /** Both when absent. */
  readonly era?: 'legacy' | 'modern' | 'both';
  /** Serves https with it. */
  readonly tls?: Tls;
  /** Scopes that every request needs; `read` when absent. */
  readonly scopes?: readonly string[];
  /** Scopes that calls of a tool need besides; `{ write: ['write'] }` when absent. */
  readonly toolScopes?: Readonly<Record<string, readonly string[]>>;
  /** Wants tokens bound to a key, and with `nonce` also its nonce in each proof. */
  readonly dpop?: 'required' | 'nonce';
  /** Whether its challenges name its metadata; true when absent. */
  readonly namesMetadata?: boolean;
  /** Whether it has metadata at all (RFC 9728); true when absent. */
  readonly hasMetadata?: boolean;
  readonly scopesSupported?: readonly string[];
}

/** A call that it let through. */
export interface SeenCall {
  readonly tool: string;
  readonly account: string | undefined;
  readonly token: string;
  /** The proof that came with it (RFC 9449). */
  readonly proof: string | undefined;
}

/** An MCP server with the tools `whoami`, `echo` and `write` that wants tokens for itself. */
export interface ProtectedServer extends AsyncDisposable {
  /** Also its resource identifier. */
  readonly url: string;
  readonly calls: readonly SeenCall[];
  /** How often it answered 401 and 403. */
  readonly refusals: { unauthorized: number; forbidden: number };
  /** How often a session was opened; in the modern era, 0. */
  readonly sessions: number;
  /** Every token that was sent to it, good or not, each once. */
  readonly tokens: ReadonlySet<string>;
  /** Takes no token at all while it is set. */
  refusesAll: boolean;
  /** Takes no proof with the nonce of before from now on. */
  changeNonce(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const metadataPath = '/.well-known/oauth-protected-resource/mcp';
const textSchema = fromJsonSchema({ type: 'object', properties: { text: { type: 'string' } } });

export async function startProtectedServer(
  options: ProtectedServerOptions,
): Promise<ProtectedServer> {
  const { provider, era = 'both', scopes = ['read'], dpop } = options;
  const toolScopes = options.toolScopes ?? { write: ['write'] };
  const caller = new AsyncLocalStorage<{ known: KnownToken } & Pick<SeenCall, 'token' | 'proof'>>();
  const calls: SeenCall[] = [];
  const tokens = new Set<string>();
  const transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  let nonce = dpop === 'nonce' ? randomUUID() : undefined;
  let sessions = 0;

  function createServer(): McpServer {
    const server = new McpServer({ name: 'protected', version: '1.0.0' });
    const annotations = { readOnlyHint: true };
    for (const name of ['whoami', 'echo', 'write']) {
      const tool = {
        inputSchema: textSchema,
        ...(name !== 'write' && { annotations }),
      };
      server.registerTool(name, tool, (args) => {
        const { known, token, proof } = caller.getStore()!;
        calls.push({ tool: name, account: known.account, token, proof });
        const said =
          name === 'whoami'
            ? JSON.stringify({ account: known.account, scopes: known.scopes })
            : // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as its schema has it
              ((args as { text?: string }).text ?? '');
        return { content: [{ type: 'text', text: said }] };
      });
    }
    return server;
  }

  const modern = createMcpHandler(createServer, { legacy: 'reject' });

  async function serveLegacy(request: Request): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    const existing = id === null ? undefined : transports.get(id);
    if (existing) return existing.handleRequest(request);
    const body: unknown = request.method === 'POST' ? await request.clone().json() : undefined;
    if (id !== null || !isInitializeRequest(body)) return new Response(null, { status: 404 });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (made) => {
        sessions += 1;
        transports.set(made, transport);
      },
      onsessionclosed: (ended) => void transports.delete(ended),
    });
    await createServer().connect(transport);
    return transport.handleRequest(request);
  }

  async function serve(request: Request): Promise<Response> {
    if (era === 'legacy') return serveLegacy(request);
    if (era === 'both' && (await isLegacyRequest(request))) return serveLegacy(request);
    return modern.fetch(request);
  }

  const running: ProtectedServer = {
    get url() {
      return `${listening.origin}/mcp`;
    },
    calls,
    refusals: { unauthorized: 0, forbidden: 0 },
    get sessions() {
      return sessions;
    },
    tokens,
    refusesAll: false,
    changeNonce: () => void (nonce = randomUUID()),
    stop: () => listening.stop(),
    start: () => listening.start(),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };

  function refuse(status: 401 | 403, error: string | undefined, needed: readonly string[]) {
    running.refusals[status === 401 ? 'unauthorized' : 'forbidden'] += 1;
    const parameters = {
      ...((options.namesMetadata ?? true) && {
        resource_metadata: new URL(metadataPath, running.url).href,
      }),
      ...(error !== undefined && { error }),
      ...(needed.length > 0 && { scope: needed.join(' ') }),
      ...(dpop && { algs: 'ES256 EdDSA' }),
    };
    const list = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
    const challenge = `${dpop ? 'DPoP' : 'Bearer'} ${list.join(', ')}`;
    return Response.json(
      { error: error ?? 'unauthorized' },
      {
        status,
        headers: { 'www-authenticate': challenge, ...(nonce && { 'dpop-nonce': nonce }) },
      },
    );
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === metadataPath && (options.hasMetadata ?? true)) {
      return Response.json({
        resource: running.url,
        authorization_servers: [provider.issuer],
        scopes_supported: options.scopesSupported ?? [
          ...new Set([...scopes, ...Object.values(toolScopes).flat()]),
        ],
        bearer_methods_supported: ['header'],
        resource_name: 'A protected server',
        ...(dpop && {
          dpop_bound_access_tokens_required: true,
          dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
        }),
      });
    }
    if (pathname !== '/mcp') return new Response(null, { status: 404 });
    const [scheme = '', token = ''] = (request.headers.get('authorization') ?? '').split(' ');
    if (token === '') return refuse(401, undefined, scopes);
    tokens.add(token);
    const known = running.refusesAll ? undefined : await provider.introspect(token);
    const isOurs = known?.audience.includes(running.url) ?? false;
    if (!known || !isOurs) return refuse(401, 'invalid_token', scopes);
    if (dpop !== undefined || known.jkt !== undefined) {
      const problem = await checkDpop(request, { scheme, token, jkt: known.jkt, nonce });
      if (problem !== undefined) return refuse(401, problem, scopes);
    } else if (!/^bearer$/i.test(scheme)) return refuse(401, 'invalid_token', scopes);
    const needed = await scopesOf(request, scopes, toolScopes);
    if (needed.some((scope) => !known.scopes.includes(scope))) {
      return refuse(403, 'insufficient_scope', needed);
    }
    const proof = request.headers.get('dpop') ?? undefined;
    return caller.run({ known, token, proof }, () => serve(request));
  }

  const handle = toNodeHandler({ fetch: answer });
  const listening = await listenOnLoopback((request, response) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the adapter is for; its types are looser
    void handle(request as Parameters<typeof handle>[0], response);
  }, options.tls);
  return running;
}

/** What a request needs: more where it calls a tool that wants more. */
async function scopesOf(
  request: Request,
  scopes: readonly string[],
  toolScopes: Readonly<Record<string, readonly string[]>>,
): Promise<readonly string[]> {
  if (request.method !== 'POST') return scopes;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read defensively right here
  const body = (await request.clone().json()) as { method?: string; params?: { name?: string } };
  const name = body?.method === 'tools/call' ? body.params?.name : undefined;
  return [...scopes, ...(toolScopes[name ?? ''] ?? [])];
}
