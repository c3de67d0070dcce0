import { openOutboundFetch, type OutboundFetch } from '@plugboard/runtime';

import { imageTypeOf, type ImageType } from './image-type.ts';

/** A picture, as its host sent it. */
export interface IconImage {
  readonly type: ImageType;
  readonly bytes: Buffer;
}

/** Pictures of servers, fetched from where their entries say, and kept for a while. */
export interface Icons extends AsyncDisposable {
  /** Undefined when there is no picture to be had there: what failed is not asked for again at once. */
  load(url: string): Promise<IconImage | undefined>;
}

export interface IconOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** How hosts are reached; by https, and public addresses alone, when absent. */
  readonly open?: () => Promise<OutboundFetch>;
}

const maxBytes = 256 * 1024;
const patienceMs = 5000;
const keptMs = 24 * 60 * 60_000;
const failureKeptMs = 5 * 60_000;
/** Of all pictures together. */
const maxKeptBytes = 16 * 1024 * 1024;
/** What an entry costs beside its picture. */
const entryBytes = 512;
/** Hosts are asked for so many at a time. */
const askedAtOnce = 8;

interface Kept {
  readonly image: IconImage | undefined;
  readonly bytes: number;
  readonly until: number;
}

export function createIcons({ clock, open = () => openOutboundFetch(false) }: IconOptions): Icons {
  /** Longest unasked for first. */
  const kept = new Map<string, Kept>();
  const asked = new Map<string, Promise<IconImage | undefined>>();
  const waiting: (() => void)[] = [];
  let keptBytes = 0;
  let free = askedAtOnce;
  let outbound: Promise<OutboundFetch> | undefined;

  async function find(url: string): Promise<IconImage | undefined> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      outbound ??= open();
      const image = await fetchImage(await outbound, url);
      keep(url, image);
      return image;
    } finally {
      asked.delete(url);
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  }

  function keep(url: string, image: IconImage | undefined): void {
    forget(url);
    const bytes = entryBytes + url.length + (image?.bytes.length ?? 0);
    kept.set(url, { image, bytes, until: clock() + (image ? keptMs : failureKeptMs) });
    keptBytes += bytes;
    for (const oldest of kept.keys()) {
      if (keptBytes <= maxKeptBytes) return;
      forget(oldest);
    }
  }

  function forget(url: string): void {
    keptBytes -= kept.get(url)?.bytes ?? 0;
    kept.delete(url);
  }

  return {
    async load(url) {
      const known = kept.get(url);
      if (known && known.until > clock()) {
        kept.delete(url);
        kept.set(url, known);
        return known.image;
      }
      const finding = asked.get(url) ?? find(url);
      asked.set(url, finding);
      return finding;
    },
    async [Symbol.asyncDispose]() {
      await (await outbound)?.[Symbol.asyncDispose]();
    },
  };
}

/** Never rejects: what a stranger's host does is no failure of ours. */
async function fetchImage(outbound: OutboundFetch, url: string): Promise<IconImage | undefined> {
  try {
    const response = await outbound.fetch(url, {
      headers: { accept: 'image/*', 'user-agent': 'plugboard' },
      maxBytes,
      signal: AbortSignal.timeout(patienceMs),
    });
    const bytes = await readAll(response.body);
    const type = response.status === 200 ? imageTypeOf(bytes) : undefined;
    return type && { type, bytes };
  } catch {
    return undefined;
  }
}

async function readAll(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}
