import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

import { AppError } from '@plugboard/contracts';
import { Agent, buildConnector } from 'undici';

import { classifyAddress } from './address.ts';

/** Resolves a host name to all of its addresses. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface OutboundOptions {
  /** Also allows plain http, and private, loopback and carrier-grade NAT addresses. */
  readonly allowPrivateNetwork: boolean;
  /** The system's resolver by default. */
  readonly lookup?: Lookup;
  /** Milliseconds, each. Defaults: 10,000 to connect, 60,000 for headers, 300,000 between chunks. */
  readonly connectTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
  /** Connections to one origin; unlimited by default. */
  readonly connections?: number;
}

/**
 * The dispatcher for every request to an address that a person or a server chose. Every connection,
 * also after a redirect, is checked when it is made: the addresses checked are the ones connected
 * to, so a name that resolves otherwise the next time gains nothing. Requests to what is not allowed
 * fail with `AppError('forbidden')`.
 */
export function createOutbound(options: OutboundOptions): Agent {
  const { allowPrivateNetwork, lookup = resolveAll, connectTimeoutMs = 10_000 } = options;

  function isAllowed(address: string): boolean {
    const kind = classifyAddress(address);
    return kind === 'public' || (kind === 'private' && allowPrivateNetwork);
  }

  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    lookup: (hostname, { all }, done) => {
      void (async () => {
        try {
          const addresses = await resolveAllowed(hostname, lookup, isAllowed);
          if (all) done(null, [...addresses]);
          else done(null, addresses[0]!.address, addresses[0]!.family);
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)), []);
        }
      })();
    },
  });

  return new Agent({
    headersTimeout: options.headersTimeoutMs ?? 60_000,
    bodyTimeout: options.bodyTimeoutMs ?? 300_000,
    connections: options.connections ?? null,
    connect: (target, done) => {
      const refusal = refuse(target, allowPrivateNetwork, isAllowed);
      if (refusal) {
        done(refusal, null);
        return;
      }
      connect(target, (...result) => {
        const [error, socket] = result;
        if (error === null && socket.remoteAddress && !isAllowed(socket.remoteAddress)) {
          socket.destroy();
          done(notAllowed(target.hostname), null);
          return;
        }
        done(...result);
      });
    },
  });
}

/**
 * The addresses of a host that may be spoken to, for programs that make their own connections: they
 * must be told to use one of these and no other. Rejects as requests do.
 */
export async function resolveOutbound(
  url: URL,
  { allowPrivateNetwork, lookup = resolveAll }: OutboundOptions,
): Promise<readonly LookupAddress[]> {
  const isAllowed = (address: string): boolean => {
    const kind = classifyAddress(address);
    return kind === 'public' || (kind === 'private' && allowPrivateNetwork);
  };
  const { protocol, hostname, port } = url;
  const refusal = refuse({ protocol, hostname, port }, allowPrivateNetwork, isAllowed);
  if (refusal) throw refusal;
  const literal = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(literal);
  if (family !== 0) return [{ address: literal, family }];
  return resolveAllowed(hostname, lookup, isAllowed);
}

function refuse(
  target: Pick<buildConnector.Options, 'protocol' | 'hostname' | 'port'>,
  allowPrivateNetwork: boolean,
  isAllowed: (address: string) => boolean,
): AppError | undefined {
  const { protocol, hostname } = target;
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivateNetwork)) {
    return new AppError(
      'forbidden',
      `${hostname} must be reached by https; plain http is for private networks that an admin allowed.`,
    );
  }
  const literal = hostname.replace(/^\[|\]$/g, '');
  return isIP(literal) !== 0 && !isAllowed(literal) ? notAllowed(hostname) : undefined;
}

async function resolveAllowed(
  hostname: string,
  lookup: Lookup,
  isAllowed: (address: string) => boolean,
): Promise<readonly LookupAddress[]> {
  const addresses = await lookup(hostname);
  const allowed = addresses.filter(({ address }) => isAllowed(address));
  if (allowed.length > 0) return allowed;
  throw addresses.length > 0
    ? notAllowed(hostname)
    : new AppError('upstream_failed', `${hostname} has no address.`);
}

/** The address is not told: that would map the inner network for whoever may only choose names. */
function notAllowed(hostname: string): AppError {
  return new AppError(
    'forbidden',
    `${hostname} is not on the public internet. An admin may allow private networks for this server; metadata and link-local addresses are never allowed.`,
  );
}

async function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly LookupAddress[]>();
  systemLookup(hostname, { all: true }, (error, addresses) => {
    if (error) reject(error);
    else resolve(addresses);
  });
  return promise;
}
