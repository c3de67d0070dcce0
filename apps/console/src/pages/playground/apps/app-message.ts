/** What an App may send at most: one that sends more is ended. */
export const mostMessagesASecond = 60;
/** What is open at once: others wait for nobody, they are refused. */
export const mostCallsAtOnce = 4;
export const mostCallsInAll = 200;

/** How high a frame may become, in pixels. */
export const heights = { least: 60, first: 240, most: 900 } as const;

export interface AppRequest {
  readonly kind: 'request';
  readonly id: string | number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface AppNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Reads what an App sent; undefined for what is no message of its protocol, or an answer. */
export function readAppMessage(data: unknown): AppRequest | AppNotification | undefined {
  const message = asObject(data);
  if (!message || message['jsonrpc'] !== '2.0') return undefined;
  const { id, method } = message;
  if (typeof method !== 'string' || method.length > 200) return undefined;
  const params = asObject(message['params']) ?? {};
  if (id === undefined) return { kind: 'notification', method, params };
  if (typeof id !== 'number' && (typeof id !== 'string' || id.length > 200)) return undefined;
  return { kind: 'request', id, method, params };
}

/** A height that a page can have, whatever is asked for. */
export function heightFor(asked: unknown): number | undefined {
  if (typeof asked !== 'number' || !Number.isFinite(asked)) return undefined;
  return Math.min(heights.most, Math.max(heights.least, Math.ceil(asked)));
}

/** An address that may be opened when the person wants to; undefined for any other. */
export function outsideUrl(asked: unknown): string | undefined {
  if (typeof asked !== 'string' || asked.length > 4096 || !URL.canParse(asked)) return undefined;
  const { protocol, href, username, password } = new URL(asked);
  if (!['http:', 'https:'].includes(protocol) || username !== '' || password !== '') {
    return undefined;
  }
  return href;
}

/** Counts what comes in each second; `isTooMuch` from then on. */
export class Flood {
  #second = 0;
  #count = 0;

  /** `now` in epoch milliseconds. */
  isTooMuch(now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count > mostMessagesASecond;
  }
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object has such members
      (value as Readonly<Record<string, unknown>>)
    : undefined;
}
