/** From `from` on and before `to`, both ISO 8601 in UTC. */
export interface MomentRange {
  readonly from?: string;
  readonly to?: string;
}

/**
 * Reads `2026`, `2026-01`, `2026-01-31`, one of them after `>`, `>=`, `<` or `<=`, or two of them with
 * `..` between, of which one may be missing. Undefined when it is none of these.
 */
export function parseMoments(text: string): MomentRange | undefined {
  const [, left, right] = /^(.*?)\.\.(.*)$/.exec(text) ?? [];
  if (left !== undefined && right !== undefined) {
    const [from, to] = [readSpan(left), readSpan(right)];
    const readable = (from ?? left === '') && (to ?? right === '') && (from ?? to);
    return readable ? { ...(from && { from: from.from }), ...(to && { to: to.to }) } : undefined;
  }
  const [, operator = '', rest = ''] = /^(>=|<=|>|<|)(.*)$/.exec(text) ?? [];
  const span = readSpan(rest);
  if (!span) return undefined;
  switch (operator) {
    case '>':
      return { from: span.to };
    case '>=':
      return { from: span.from };
    case '<':
      return { to: span.from };
    case '<=':
      return { to: span.to };
    default:
      return span;
  }
}

/** The whole year, month or day. */
function readSpan(text: string): Required<MomentRange> | undefined {
  const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)];
  const from = new Date(Date.UTC(year, month - 1, day));
  const exists = year >= 1970 && from.getUTCMonth() === month - 1 && from.getUTCDate() === day;
  if (!exists) return undefined;
  const to = new Date(from);
  if (match[3] !== undefined) to.setUTCDate(day + 1);
  else if (match[2] !== undefined) to.setUTCMonth(month);
  else to.setUTCFullYear(year + 1);
  return { from: from.toISOString(), to: to.toISOString() };
}
