import { AppError, type OfferingKind } from '@plugboard/contracts';

import { rpcCodes } from '../envelope/envelope-error.ts';
import { type Envelope, readInteger, textOf } from '../envelope/envelope.ts';
import { findMember } from '../json/find-member.ts';
import { JsonSyntaxError } from '../json/json-syntax-error.ts';
import { parseUnambiguous } from '../json/parse.ts';
import type { Range } from '../json/range.ts';
import { scanArray } from '../json/scan.ts';
import { readString } from '../json/string.ts';
import { headerParameters } from '../modern/header-parameters.ts';
import { isRecord } from '../json/record.ts';
import type { Upstream } from './upstream.ts';

/** One tool, prompt, resource or resource template as the server defines it. */
export interface ListedOffering {
  readonly kind: OfferingKind;
  /** The name of a tool or prompt, the URI of a resource, the URI template of a template. */
  readonly name: string;
  /** Raw JSON text of the definition: valid JSON in valid UTF-8, a copy of its own. */
  readonly definition: Buffer;
}

export interface ListLimits {
  /** Pages of one list. Default 1,000. */
  readonly maxPages?: number;
  /** Offerings of all lists together. Default 20,000. */
  readonly maxOfferings?: number;
  /** Bytes of all definitions together. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** Hears of a tool that was left out since it cannot be used as its definition wants. */
export type OnUnusable = (name: string, reason: string) => void;

const lists = [
  { kind: 'tool', capability: 'tools', method: 'tools/list', key: 'tools', name: 'name' },
  { kind: 'prompt', capability: 'prompts', method: 'prompts/list', key: 'prompts', name: 'name' },
  {
    kind: 'resource',
    capability: 'resources',
    method: 'resources/list',
    key: 'resources',
    name: 'uri',
  },
  {
    kind: 'resource_template',
    capability: 'resources',
    method: 'resources/templates/list',
    key: 'resourceTemplates',
    name: 'uriTemplate',
  },
] as const;

type List = (typeof lists)[number];

/**
 * Pages through every list that the server's capabilities announce, in the server's order. A list
 * that it answers with "method not found" is empty.
 *
 * A definition that has no name, or that not every parser would understand alike, is left out:
 * within a list it would spoil the others. So is a tool whose `x-mcp-header` annotations break the
 * rules, where they matter (MCP 2026-07-28, transports). Rejects with `AppError`: what `Upstream.request` rejects
 * with, and `upstream_failed` for an answer that is no list, a JSON-RPC error, pages without end, or
 * more than the limits.
 */
export async function listOfferings(
  upstream: Upstream,
  signal?: AbortSignal,
  limits: ListLimits = {},
  onUnusable: OnUnusable = () => undefined,
): Promise<ListedOffering[]> {
  const capabilities = announced(upstream);
  const rejects = upstream.mirrorsParams === true ? onUnusable : undefined;
  const budget = {
    pages: limits.maxPages ?? 1000,
    offerings: limits.maxOfferings ?? 20_000,
    bytes: limits.maxBytes ?? 64 * 1024 * 1024,
  };
  const found: ListedOffering[] = [];
  for (const list of lists) {
    if (capabilities.has(list.capability))
      await readList(upstream, list, signal, budget, rejects, found);
  }
  return found;
}

function announced({ hello }: Upstream): ReadonlySet<string> {
  const parsed: unknown = JSON.parse(hello.result.toString());
  if (typeof parsed !== 'object' || parsed === null || !('capabilities' in parsed)) {
    return new Set();
  }
  const { capabilities } = parsed;
  if (typeof capabilities !== 'object' || capabilities === null) return new Set();
  return new Set(Object.keys(capabilities));
}

async function readList(
  upstream: Upstream,
  list: List,
  signal: AbortSignal | undefined,
  budget: { readonly pages: number; offerings: number; bytes: number },
  onUnusable: OnUnusable | undefined,
  found: ListedOffering[],
): Promise<void> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < budget.pages; page += 1) {
    const params = cursor === undefined ? undefined : Buffer.from(JSON.stringify({ cursor }));
    const answer = await upstream.request({ method: list.method, params, signal });
    if (answer.kind === 'error') {
      if (isMethodNotFound(answer)) return;
      throw failure(list, 'with an error');
    }
    const next = readPage(answer, list, onUnusable, (offering) => {
      budget.offerings -= 1;
      budget.bytes -= offering.definition.length;
      if (budget.offerings < 0 || budget.bytes < 0) throw failure(list, 'with more than fits');
      found.push(offering);
    });
    if (next === undefined) return;
    if (seen.has(next)) throw failure(list, 'with the same page again and again');
    seen.add(next);
    cursor = next;
  }
  throw failure(list, 'with pages without end');
}

/** Hands out the offerings of one page and returns the cursor of the next. */
function readPage(
  { bytes, result }: Envelope,
  list: List,
  onUnusable: OnUnusable | undefined,
  onOffering: (offering: ListedOffering) => void,
): string | undefined {
  if (result === undefined) throw failure(list, 'without a result');
  try {
    const array = findMember(bytes, result, list.key);
    if (array === undefined) throw failure(list, `without "${list.key}"`);
    for (const range of scanArray(bytes, array.start, array.end)) {
      const parsed = readDefinition(bytes, range);
      const name = parsed?.[list.name];
      if (parsed === undefined || typeof name !== 'string' || name === '') continue;
      if (list.kind === 'tool' && onUnusable && !headerParameters(parsed['inputSchema'])) {
        onUnusable(name, 'its x-mcp-header annotations break the rules for them');
        continue;
      }
      onOffering({ kind: list.kind, name, definition: Buffer.from(textOf(bytes, range)) });
    }
    const next = findMember(bytes, result, 'nextCursor');
    const cursor = next && readString(bytes, next);
    return cursor === '' ? undefined : cursor;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw failure(list, 'with malformed JSON');
  }
}

function readDefinition(
  bytes: Buffer,
  range: Range,
): Readonly<Record<string, unknown>> | undefined {
  try {
    const definition = parseUnambiguous(bytes, range);
    return isRecord(definition) ? definition : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function isMethodNotFound({ bytes, error }: Envelope): boolean {
  const code = error && findMember(bytes, error, 'code');
  if (code === undefined || bytes[code.start] !== 0x2d) return false;
  return readInteger(bytes, { start: code.start + 1, end: code.end }) === -rpcCodes.methodNotFound;
}

function failure(list: List, how: string): AppError {
  return new AppError('upstream_failed', `the server answered "${list.method}" ${how}`);
}
