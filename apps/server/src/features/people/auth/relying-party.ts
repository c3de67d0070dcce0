import { isLoopback } from '../../../config/loopback.ts';

/** For which name passkeys are made, and from which origins they may come. */
export interface RelyingParty {
  readonly id: string;
  readonly origins: readonly string[];
}

/** Browsers make no passkey for an address, so on loopback ones they are for the name localhost. */
export function relyingParty(baseUrl: string): RelyingParty {
  const url = new URL(baseUrl);
  if (!isLoopback(url.hostname)) return { id: url.hostname, origins: [url.origin] };
  const local = new URL(url);
  local.hostname = 'localhost';
  return { id: 'localhost', origins: [...new Set([local.origin, url.origin])] };
}
