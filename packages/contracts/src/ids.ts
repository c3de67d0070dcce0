import { v7 } from 'uuid';

/**
 * Random bytes are fetched for many ids at once: asking the system costs more than all else here.
 * Each byte is used for one id alone.
 */
const randomPool = new Uint8Array(16 * 256);
let poolUsed = randomPool.length;
let lastMs = 0;
let sequence = 0;

/**
 * A new time-ordered id (UUID v7, RFC 9562), the form of every primary key. Ids made by one process
 * are in ascending order, within a millisecond too.
 */
export function newId(): string {
  if (poolUsed === randomPool.length) {
    crypto.getRandomValues(randomPool);
    poolUsed = 0;
  }
  const random = randomPool.subarray(poolUsed, poolUsed + 16);
  poolUsed += 16;
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // 31 bits, so that counting up has at least as many before its 32 bits run out.
    sequence = ((random[6]! & 0x7f) << 24) | (random[7]! << 16) | (random[8]! << 8) | random[9]!;
  } else {
    sequence += 1;
  }
  return v7({ msecs: lastMs, seq: sequence, random });
}

/** A UUID of any version, as text. */
export const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The short name of a toolbox, instance or agent: it appears in URLs and in tool names, so it is
 * lower-case letters, digits and single hyphens, begins with a letter, and does not end in a hyphen.
 */
export const slugPattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

export const maxSlugLength = 32;
