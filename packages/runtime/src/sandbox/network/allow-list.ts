import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

import { AppError } from '@plugboard/contracts';
import ipaddr from 'ipaddr.js';

/** Whether a server may speak to `host:port`, and whether its list names that very address. */
export type AllowList = (
  host: string,
  port: number,
) => { readonly allowed: boolean; readonly literal: boolean };

interface Entry {
  readonly host: string;
  readonly anyBelow: boolean;
  readonly ports: ReadonlySet<number>;
}

const webPorts: ReadonlySet<number> = new Set([80, 443]);

/**
 * Reads the hosts of a network policy: `example.com`, `*.example.com` (any depth below, not itself),
 * an address, each with `:port` or for 80 and 443. Throws `invalid_input` naming an entry it cannot read.
 */
export function parseAllowList(hosts: readonly string[]): AllowList {
  const entries = hosts.map(parseEntry);
  return (host, port) => {
    const name = normalizeHost(host);
    const entry = entries.find((entry) => entry.ports.has(port) && matches(entry, name));
    return { allowed: entry !== undefined, literal: entry !== undefined && isIP(name) !== 0 };
  };
}

/** One spelling for each host: lower case, ASCII, no closing dot, addresses in their short form. */
export function normalizeHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return ipaddr.process(bare).toString();
  return domainToASCII(bare.replace(/\.$/, '')).toLowerCase();
}

function matches(entry: Entry, name: string): boolean {
  return entry.anyBelow ? name.endsWith(`.${entry.host}`) && isIP(name) === 0 : name === entry.host;
}

function parseEntry(text: string): Entry {
  const [, wildcard, bracketed, plain, portText] =
    /^(\*\.)?(?:\[([^\]]+)\]|([^:[\]/@\s]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const bareIpv6 = isIP(text.trim()) === 6 ? text.trim() : undefined;
  const host = normalizeHost(bareIpv6 ?? bracketed ?? plain ?? '');
  const port = portText === undefined ? undefined : Number(portText);
  const isAddress = isIP(host) !== 0;
  const readable =
    (isAddress ? wildcard === undefined : isHostName(host)) &&
    (bracketed === undefined || isAddress) &&
    (port === undefined || (port > 0 && port < 65_536));
  if (!readable) {
    throw new AppError(
      'invalid_input',
      `"${text}" is not a host of an allow-list. Write "api.example.com", "*.example.com" or "api.example.com:8443", without a scheme or path.`,
    );
  }
  return {
    host,
    anyBelow: wildcard !== undefined,
    ports: port === undefined ? webPorts : new Set([port]),
  };
}

/** Letters, digits, hyphens and underscores between dots; a last label of digits would be an address. */
function isHostName(host: string): boolean {
  return /^(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)*[a-z_-][a-z0-9_-]{0,62}$/.test(host);
}
