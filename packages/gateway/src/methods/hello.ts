import {
  type Edit,
  insertionOf,
  lastMember,
  modernVersions,
  type Range,
  removalOf,
  serverInfoKey,
  splice,
  textOf,
  withCaching,
  withResultType,
} from '@plugboard/protocol';

import { textAt } from '../call/value-at.ts';

/** How long a modern client may keep a list or a hello without asking again, in milliseconds. */
export const longestTtlMs = 60_000;

const discoverKeys: ReadonlySet<string> = new Set([
  'resultType',
  'ttlMs',
  'cacheScope',
  'supportedVersions',
  'protocolVersion',
  'serverInfo',
]);
const initializeKeys: ReadonlySet<string> = new Set(['protocolVersion', 'serverInfo']);
const versionsKey: ReadonlySet<string> = new Set(['supportedVersions']);

/**
 * A server's hello, an `initialize` or a `server/discover` result, as the `initialize` result of a
 * transparent endpoint: in the version agreed on, with the capabilities that can be kept. All else
 * stays byte for byte. `slug` names a server that did not name itself.
 */
export function toInitializeResult(hello: Buffer, protocolVersion: string, slug: string): Buffer {
  const routable = withRoutableCapabilities(hello);
  const version = JSON.stringify(protocolVersion);
  if (!isDiscover(routable)) {
    const existing = member(routable, 'protocolVersion');
    return splice(routable, existing ? [{ range: existing, replacement: version }] : []);
  }
  const info = serverInfoOf(routable) ?? JSON.stringify({ name: slug, version: 'unknown' });
  const bare = splice(routable, removalOf(routable, wholeOf(routable), discoverKeys));
  const members = `"protocolVersion":${version},"serverInfo":${info}`;
  return splice(bare, [insertionOf(bare, wholeOf(bare), members)]);
}

/**
 * A server's hello as the `server/discover` result of a transparent endpoint, as `toInitializeResult`
 * makes it an `initialize` result. It may be kept as long as a list, by the one agent only.
 */
export function toDiscoverResult(hello: Buffer): Buffer {
  const routable = withRoutableCapabilities(hello);
  const supported = `"supportedVersions":${JSON.stringify(modernVersions)}`;
  const caching = { ttlMs: longestTtlMs, cacheScope: 'private' } as const;
  if (isDiscover(routable)) {
    const bare = splice(routable, removalOf(routable, wholeOf(routable), versionsKey));
    const spoken = splice(bare, [insertionOf(bare, wholeOf(bare), supported)]);
    return withResultType(withCaching(spoken, caching));
  }
  const info = member(routable, 'serverInfo');
  const named = info ? withServerInfo(routable, textOf(routable, info)) : routable;
  const bare = splice(named, removalOf(named, wholeOf(named), initializeKeys));
  const spoken = splice(bare, [insertionOf(bare, wholeOf(bare), supported)]);
  return withResultType(withCaching(spoken, caching));
}

/** A raw result with the server's name in its `_meta`, unless it is there. `info` is raw JSON text. */
export function withServerInfo(result: Buffer, info: Buffer | string): Buffer {
  const named = Buffer.concat([Buffer.from(`"${serverInfoKey}":`), Buffer.from(info)]);
  const meta = member(result, '_meta');
  if (meta && result[meta.start] === 0x7b) {
    if (lastMember(result, meta, serverInfoKey)) return result;
    return splice(result, [insertionOf(result, meta, named)]);
  }
  const bare = splice(result, removalOf(result, wholeOf(result), new Set(['_meta'])));
  const members = Buffer.concat([Buffer.from('"_meta":{'), named, Buffer.from('}')]);
  return splice(bare, [insertionOf(bare, wholeOf(bare), members)]);
}

/** The instructions that a server's hello gives for its use. */
export function instructionsOf(hello: Buffer): string | undefined {
  return textAt(JSON.parse(hello.toString()), ['instructions'])?.trim();
}

/** Whether a server's hello declares a capability. */
export function announces(hello: Buffer, capability: string): boolean {
  const capabilities = member(hello, 'capabilities');
  if (!capabilities || hello[capabilities.start] !== 0x7b) return false;
  return lastMember(hello, capabilities, capability) !== undefined;
}

function isDiscover(hello: Buffer): boolean {
  return member(hello, 'supportedVersions') !== undefined;
}

/** The name and version that a modern server gives itself, as JSON text; undefined if it gives none. */
function serverInfoOf(hello: Buffer): string | undefined {
  const meta = member(hello, '_meta');
  const range =
    (meta && hello[meta.start] === 0x7b ? lastMember(hello, meta, serverInfoKey) : undefined) ??
    member(hello, 'serverInfo');
  const text = range && textOf(hello, range).toString();
  if (text === undefined) return undefined;
  const info: unknown = JSON.parse(text);
  const isComplete =
    textAt(info, ['name']) !== undefined && textAt(info, ['version']) !== undefined;
  return isComplete ? text : undefined;
}

/**
 * The hello with list changes among its capabilities, which Plugboard itself tells when grants
 * change, and without the experimental tasks of 2025-11-25, whose results belong to a session.
 */
function withRoutableCapabilities(hello: Buffer): Buffer {
  const capabilities = member(hello, 'capabilities');
  if (!capabilities || hello[capabilities.start] !== 0x7b) {
    const bare = splice(hello, removalOf(hello, wholeOf(hello), new Set(['capabilities'])));
    return splice(bare, [insertionOf(bare, wholeOf(bare), '"capabilities":{}')]);
  }
  const edits = removalOf(hello, capabilities, new Set(['tasks']));
  for (const noun of ['tools', 'prompts', 'resources']) {
    const capability = lastMember(hello, capabilities, noun);
    if (capability) edits.push(listChangedEdit(hello, capability));
  }
  return splice(
    hello,
    edits.sort((a, b) => a.range.start - b.range.start),
  );
}

function listChangedEdit(hello: Buffer, capability: Range): Edit {
  if (hello[capability.start] !== 0x7b) {
    return { range: capability, replacement: '{"listChanged":true}' };
  }
  const existing = lastMember(hello, capability, 'listChanged');
  return existing
    ? { range: existing, replacement: 'true' }
    : insertionOf(hello, capability, '"listChanged":true');
}

function member(bytes: Buffer, key: string): Range | undefined {
  return lastMember(bytes, wholeOf(bytes), key);
}

function wholeOf(bytes: Buffer): Range {
  return { start: 0, end: bytes.length };
}
