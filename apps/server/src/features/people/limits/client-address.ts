import { BlockList, isIP } from 'node:net';

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/**
 * From which address a request comes. Only proxies that the operator named are believed about for whom
 * they speak: of `X-Forwarded-For` the last address counts that is none of theirs. Networks of IPv6
 * count as one (/64), for whoever has one address there has all.
 */
export function clientAddress(c: Context, trustedProxies: readonly string[]): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- tests send requests without a socket
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const socketAddress = incoming?.socket.remoteAddress;
  return addressBehind(socketAddress, c.req.header('x-forwarded-for'), trustedProxies);
}

/** The same for what `node:http` knows of a request. */
export function addressBehind(
  socketAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  trustedProxies: readonly string[],
): string {
  const socket = plain(socketAddress ?? '');
  const trusted = proxyList(trustedProxies);
  if (!trusted(socket)) return network(socket);
  const forwarded = [forwardedFor ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((text) => plain(text.trim()));
  return network(
    forwarded.findLast((address) => isIP(address) !== 0 && !trusted(address)) ?? socket,
  );
}

function proxyList(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/** IPv4 as such, also where the socket shows it as IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function network(address: string): string {
  if (isIP(address) !== 6) return address === '' ? 'unknown' : address;
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}
