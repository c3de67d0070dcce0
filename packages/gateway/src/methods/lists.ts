import { createHash } from 'node:crypto';

import { AppError, type OfferingKind } from '@plugboard/contracts';
import type { Era } from '@plugboard/protocol';

import { headerParametersOf, isAppOnly, showsApps } from '../toolset/tool-traits.ts';
import { listMember, type Shown, type Toolset } from '../toolset/toolset.ts';
import { announces, longestTtlMs } from './hello.ts';

const kindOfMethod: Readonly<Record<string, OfferingKind>> = {
  'tools/list': 'tool',
  'prompts/list': 'prompt',
  'resources/list': 'resource',
  'resources/templates/list': 'resource_template',
};

/** The server capability that a list belongs to. */
const capabilityOf: Readonly<Record<OfferingKind, string>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  resource_template: 'resources',
};

/** A longer list comes in pages of so many. */
export const pageSize = 1000;

/** Whom a list is for, as far as lists differ. */
export interface ListClient {
  readonly era: Era;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/**
 * The result of a list method as JSON text, in parts to be written one after another; undefined for
 * other methods. Lists are made of the definitions last seen, so a server that sleeps or is down
 * keeps its place in them. `now` is in epoch milliseconds.
 *
 * Tools for MCP Apps alone are shown to clients that show those, and tools with header annotations
 * against the rules to legacy clients only. For modern clients there is no list that the server of a
 * transparent endpoint has not announced, and results say how long they hold.
 *
 * Throws `invalid_input` for a cursor that does not belong to the list as it is now.
 */
export function listResult(
  toolset: Toolset,
  method: string,
  params: Readonly<Record<string, unknown>>,
  client: ListClient,
  now: number,
): readonly Buffer[] | undefined {
  const kind = Object.hasOwn(kindOfMethod, method) ? kindOfMethod[method] : undefined;
  if (!kind || (client.era === 'modern' && !isAnnounced(toolset, kind))) return undefined;
  const whole = toolset.lists[kind];
  const filter = filterFor(client);
  const shown = kind === 'tool' ? shownTools(toolset, filter) : toolset.shown[kind];
  const head = client.era === 'modern' ? [modernHead(toolset, now)] : [opening];
  const cursor = params['cursor'];
  if (cursor === undefined && shown.length === toolset.shown[kind].length) {
    if (shown.length <= pageSize) {
      return client.era === 'modern' ? [...head, whole.subarray(1)] : [whole];
    }
  }
  const digest = shown.length > pageSize ? digestOf(whole, filter) : undefined;
  const from = cursor === undefined ? 0 : positionOf(cursor, digest, shown.length);
  const page = shown.slice(from, from + pageSize);
  const next = from + pageSize;
  const end =
    digest !== undefined && next < shown.length
      ? `],"nextCursor":"${cursorFor(next, digest)}"}`
      : ']}';
  return [...head, Buffer.from(`"${listMember[kind]}":[`), ...runs(whole, page), Buffer.from(end)];
}

const opening = Buffer.from('{');

function modernHead({ validUntil }: Toolset, now: number): Buffer {
  const ttlMs = Math.floor(Math.max(0, Math.min(longestTtlMs, validUntil - now)));
  return Buffer.from(`{"resultType":"complete","ttlMs":${ttlMs},"cacheScope":"private",`);
}

/** Whether a list is among what the server announced; an endpoint that aggregates has all of them. */
function isAnnounced({ endpoint, instances }: Toolset, kind: OfferingKind): boolean {
  const hello = endpoint.instance === undefined ? undefined : instances[0]?.hello;
  return !hello || announces(hello, capabilityOf[kind]);
}

type Filter = 'all' | 'no-apps' | 'valid-headers' | 'no-apps-valid-headers';

function filterFor({ era, capabilities }: ListClient): Filter {
  if (showsApps(capabilities)) return era === 'modern' ? 'valid-headers' : 'all';
  return era === 'modern' ? 'no-apps-valid-headers' : 'no-apps';
}

const filtered = new WeakMap<Toolset, Map<Filter, readonly Shown[]>>();

function shownTools(toolset: Toolset, filter: Filter): readonly Shown[] {
  if (filter === 'all') return toolset.shown.tool;
  let kept = filtered.get(toolset);
  if (!kept) filtered.set(toolset, (kept = new Map()));
  let tools = kept.get(filter);
  if (!tools) {
    tools = toolset.shown.tool.filter(
      ({ offering }) =>
        (filter === 'valid-headers' || !isAppOnly(offering)) &&
        (filter === 'no-apps' || headerParametersOf(offering) !== undefined),
    );
    kept.set(filter, tools);
  }
  return tools;
}

/** Definitions out of the whole list's text, with commas between; neighbours in it as one part. */
function runs(whole: Buffer, page: readonly Shown[]): Buffer[] {
  const parts: Buffer[] = [];
  let start: number | undefined;
  let end = 0;
  for (const { range } of page) {
    if (start !== undefined && range.start !== end + 1) {
      parts.push(whole.subarray(start, end), comma);
      start = undefined;
    }
    start ??= range.start;
    end = range.end;
  }
  if (start !== undefined) parts.push(whole.subarray(start, end));
  return parts;
}

const comma = Buffer.from(',');

const digests = new WeakMap<Buffer, string>();

/** Tells one state of a list, as one kind of client sees it, from every other. */
function digestOf(whole: Buffer, filter: Filter): string {
  let digest = digests.get(whole);
  if (digest === undefined) {
    digest = createHash('sha256').update(whole).digest('base64url').slice(0, 22);
    digests.set(whole, digest);
  }
  return `${digest}.${filter}`;
}

function cursorFor(position: number, digest: string): string {
  return Buffer.from(`${position}.${digest}`).toString('base64url');
}

function positionOf(cursor: unknown, digest: string | undefined, length: number): number {
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : '';
  const position = Number.parseInt(text, 10);
  const isOurs =
    digest !== undefined &&
    position > 0 &&
    position < length &&
    position % pageSize === 0 &&
    cursorFor(position, digest) === cursor;
  if (isOurs) return position;
  throw new AppError(
    'invalid_input',
    'params.cursor belongs to no page of this list as it is now: it changed, or never gave out this cursor. Ask without one to begin anew.',
  );
}
