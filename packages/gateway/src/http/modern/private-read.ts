import {
  type Edit,
  type Envelope,
  insertionOf,
  lastMember,
  resultTypeOf,
  spliceEnvelope,
} from '@plugboard/protocol';

/**
 * The answer to `resources/read` with how long it may be kept (MCP 2026-07-28, caching): as long as its
 * server says, which for legacy servers is not at all, and by its agent alone, since others may not be
 * granted the resource. One that answers input of the client holds for no other request.
 */
export function asPrivateRead(answer: Envelope, hasInput: boolean): Envelope {
  const { bytes, result } = answer;
  if (!result || bytes[result.start] !== 0x7b) return answer;
  if ((resultTypeOf(answer) ?? 'complete') !== 'complete') return answer;
  const missing: string[] = [];
  const edits: Edit[] = [];
  for (const { key, right, otherwise } of hasInput ? [noTime, privacy] : [someTime, privacy]) {
    const range = lastMember(bytes, result, key);
    if (!range) missing.push(`"${key}":${otherwise}`);
    else if (!right.test(bytes.toString('latin1', range.start, range.end))) {
      edits.push({ range, replacement: otherwise });
    }
  }
  if (missing.length > 0) edits.push(insertionOf(bytes, result, missing.join(',')));
  return spliceEnvelope(
    answer,
    edits.sort((a, b) => a.range.start - b.range.start),
  );
}

const someTime = { key: 'ttlMs', right: /^\d{1,15}$/, otherwise: '0' };
const noTime = { key: 'ttlMs', right: /^0$/, otherwise: '0' };
const privacy = { key: 'cacheScope', right: /^"private"$/, otherwise: '"private"' };
