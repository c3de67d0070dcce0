import { isLoopback } from '../config/loopback.ts';

export interface HostGuardOptions {
  readonly baseUrl: string | undefined;
  readonly allowedHosts: readonly string[];
}

/** The reason to refuse a request for where it says it goes to or comes from; undefined when fine. */
export type HostGuard = (
  host: string | undefined,
  origin: string | undefined,
) => string | undefined;

/**
 * Refuses requests under names that are not Plugboard's own, which is what a page sees that made its
 * name resolve to this machine (DNS rebinding), and requests that pages of other sites make.
 */
export function createHostGuard({ baseUrl, allowedHosts }: HostGuardOptions): HostGuard {
  const names = new Set(allowedHosts);
  if (baseUrl !== undefined) names.add(new URL(baseUrl).hostname);
  const isOurs = (name: string) => names.has(name) || isLoopback(name);

  return (host, origin) => {
    const name = host === undefined ? undefined : hostName(host);
    if (name === undefined) return 'The request needs a Host header with a host name.';
    if (!isOurs(name)) {
      return `This server does not answer to the host name ${shown(name)}. Use its own address, or start it with --allowed-host ${shown(name)}.`;
    }
    if (origin === undefined) return undefined;
    const from = URL.parse(origin);
    if (from?.hostname && isOurs(from.hostname)) return undefined;
    return `Pages of ${shown(origin)} may not use this server. If it is your own, start the server with --allowed-host and its host name.`;
  };
}

function hostName(host: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i.exec(host);
  return match?.[1]?.toLowerCase().replace(/\.$/, '');
}

function shown(text: string): string {
  return text.slice(0, 100).replace(/[^\x21-\x7e]/g, '?');
}
