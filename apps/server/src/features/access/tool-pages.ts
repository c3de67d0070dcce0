import { AppError } from '@plugboard/contracts';
import type { AccessDecision } from '@plugboard/contracts/api';
import { z } from 'zod';

export interface PageQuery {
  readonly q?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface ToolPage {
  readonly tools: AccessDecision[];
  readonly total: number;
  readonly nextCursor?: string;
}

/** Where a page ended: the last on it. It goes on after that, also when others came or went. */
const cursorSchema = z.tuple([z.string(), z.string(), z.string()]);

/** A page of decisions, by instance and then in the server's own order. Throws `invalid_input`. */
export function pageOfTools(
  decisions: readonly AccessDecision[],
  { q, limit, cursor }: PageQuery,
): ToolPage {
  const wanted = q?.toLowerCase() ?? '';
  const found = decisions
    .filter((each) => `${each.instance} ${nameOf(each)}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => compare(a.instance, b.instance));
  const from = cursor === undefined ? 0 : positionAfter(found, readCursor(cursor));
  const tools = found.slice(from, limit === undefined ? undefined : from + limit);
  const last = tools.at(-1);
  const isLast = from + tools.length >= found.length;
  return {
    tools,
    total: found.length,
    ...(last && !isLast && { nextCursor: writeCursor(last) }),
  };
}

function nameOf({ name, exposedName }: AccessDecision): string {
  return exposedName === undefined ? name : `${name} ${exposedName}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function writeCursor({ instance, kind, name }: AccessDecision): string {
  return Buffer.from(JSON.stringify([instance, kind, name])).toString('base64url');
}

function readCursor(cursor: string): z.output<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw new AppError(
      'invalid_input',
      'cursor: no answer gave out this cursor. Ask without one to begin anew.',
      { cause: error },
    );
  }
}

/** Where its last is gone, the page after it begins with the next instance. */
function positionAfter(
  found: readonly AccessDecision[],
  [instance, kind, name]: z.output<typeof cursorSchema>,
): number {
  const last = found.findIndex(
    (each) => each.instance === instance && each.kind === kind && each.name === name,
  );
  if (last >= 0) return last + 1;
  const next = found.findIndex((each) => compare(each.instance, instance) > 0);
  return next >= 0 ? next : found.length;
}
