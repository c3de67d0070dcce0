import { lookup as systemLookup } from 'node:dns/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { classifyAddress } from '../../outbound/address.ts';
import { normalizeHost } from './allow-list.ts';
import type { AllowList } from './allow-list.ts';

/** A host and port that a server asked for. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

export interface EgressProxyOptions {
  readonly allowList: AllowList;
  /** Hears of each refusal as it happens. */
  readonly onRefused: (destination: Destination) => void;
  /** Resolves a name to all its addresses; the system's resolver by default. */
  readonly lookup?: (host: string) => Promise<readonly { readonly address: string }[]>;
}

/** The only way out of a sandbox with an allow-list. */
export interface EgressProxy {
  /** Serves one connection from inside. */
  accept(socket: Socket): void;
  /** Ends all connections. */
  close(): void;
}

const connectTimeoutMs = 10_000;
/** What one server may hold open; its file descriptors are Plugboard's. */
const maxConnections = 256;

/**
 * An HTTP proxy (CONNECT, RFC 9110 section 9.3.6, and absolute-form requests) that lets pass what
 * the allow-list names. It resolves names itself and connects to the address it checked: a listed
 * name that resolves to a private, loopback, link-local or metadata address is refused, unless the
 * list names that address literally.
 */
export function createEgressProxy(options: EgressProxyOptions): EgressProxy {
  const sockets = new Set<Duplex>();
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.on('request', (request, response) => void relay(request, response));
  server.on('connect', (request, client, head) => void tunnel(request, client, head));
  server.on('upgrade', (_request, client) => client.end(refusal(501, 'Use CONNECT to upgrade.')));
  server.on('clientError', (_error, client) => client.destroy());

  async function tunnel(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    client.on('error', () => client.destroy());
    const destination = parseAuthority(request.url ?? '');
    if (destination === undefined) {
      client.end(refusal(400, 'CONNECT needs host:port.'));
      return;
    }
    const address = await admit(destination);
    if (address === undefined) {
      client.end(refusal(403, describeRefusal(destination)));
      return;
    }
    const target = connect({ host: address, port: destination.port, timeout: connectTimeoutMs });
    track(target);
    target.once('timeout', () => target.destroy(new Error('connecting took too long')));
    target.once('connect', () => {
      target.setTimeout(0);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) target.write(head);
      client.pipe(target).pipe(client);
    });
    target.once('error', () => {
      if (target.bytesRead > 0) client.destroy();
      else client.end(refusal(502, `${destination.host} cannot be reached.`));
    });
    target.once('close', () => client.end());
    client.once('close', () => target.destroy());
  }

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? '');
    if (url === null || url.protocol !== 'http:') {
      answer(response, 400, 'This is a proxy: ask it for an absolute http:// URL, or CONNECT.');
      return;
    }
    const destination = { host: normalizeHost(url.hostname), port: Number(url.port || 80) };
    const address = await admit(destination);
    if (address === undefined) {
      answer(response, 403, describeRefusal(destination));
      return;
    }
    const onward = httpRequest(
      {
        host: address,
        port: destination.port,
        method: request.method,
        path: `${url.pathname}${url.search}`,
        // The host that was checked, whatever the request's own header says.
        headers: { ...endToEnd(request), host: url.host },
        setHost: false,
        agent: false,
        timeout: connectTimeoutMs,
      },
      (incoming) => {
        onward.setTimeout(0);
        response.writeHead(incoming.statusCode ?? 502, endToEnd(incoming));
        incoming.on('error', () => response.destroy()).pipe(response);
      },
    );
    onward.once('timeout', () => onward.destroy(new Error('connecting took too long')));
    onward.once('error', () => {
      if (response.headersSent) response.destroy();
      else answer(response, 502, `${destination.host} cannot be reached.`);
    });
    response.once('close', () => onward.destroy());
    request.on('error', () => onward.destroy()).pipe(onward);
  }

  /** The address to connect to, or undefined, reported, when it is refused. */
  async function admit(destination: Destination): Promise<string | undefined> {
    const { allowed, literal } = options.allowList(destination.host, destination.port);
    const address = allowed ? await resolve(destination.host, literal) : undefined;
    if (address === undefined) options.onRefused(destination);
    return address;
  }

  async function resolve(host: string, literal: boolean): Promise<string | undefined> {
    if (isIP(host) !== 0) return literal || classifyAddress(host) === 'public' ? host : undefined;
    const lookup = options.lookup ?? ((name: string) => systemLookup(name, { all: true }));
    const addresses = await lookup(host).catch(() => []);
    return addresses.find(({ address }) => classifyAddress(address) === 'public')?.address;
  }

  function track(socket: Duplex): void {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }

  return {
    accept(socket) {
      if (sockets.size >= maxConnections) {
        socket.destroy();
        return;
      }
      track(socket);
      server.emit('connection', socket);
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function parseAuthority(text: string): Destination | undefined {
  const [, host, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  const name = normalizeHost(host);
  return name === '' ? undefined : { host: name, port: Number(port) };
}

/** Headers without those of one hop (RFC 9110 section 7.6.1) and those meant for proxies. */
function endToEnd({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const hop = new Set([...hopHeaders, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));
}

const hopHeaders = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

function describeRefusal({ host, port }: Destination): string {
  return `${host}:${port} is not on this server's allow-list, or leads into a private network. An admin may add it to the instance's network settings.`;
}

function refusal(status: number, reason: string): string {
  return `HTTP/1.1 ${status} ${reasonPhrases[status] ?? 'Error'}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(reason)}\r\nconnection: close\r\n\r\n${reason}`;
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  501: 'Not Implemented',
  502: 'Bad Gateway',
};

function answer(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(reason);
}
