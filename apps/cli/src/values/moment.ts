import { InvalidArgumentError } from 'commander';

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Reads `90s`, `30m`, `12h`, `7d` or `2w` as milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  const size = unit === undefined ? undefined : unitMs[unit];
  if (amount === undefined || size === undefined) {
    throw new InvalidArgumentError('Give a length of time such as 30m, 12h, 7d or 2w.');
  }
  return Math.round(Number(amount) * size);
}

/** Reads a moment to come, as a length of time from now or a date, and returns it in ISO 8601. */
export function parseFuture(text: string): string {
  return parseMoment(text, 1);
}

/** Reads a moment gone by, as a length of time ago or a date, and returns it in ISO 8601. */
export function parsePast(text: string): string {
  return parseMoment(text, -1);
}

function parseMoment(text: string, direction: 1 | -1): string {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const moment = Date.parse(text);
    if (!Number.isNaN(moment)) return new Date(moment).toISOString();
  } else if (/^\d+(?:\.\d+)?[smhdw]$/.test(text)) {
    return new Date(Date.now() + direction * parseDuration(text)).toISOString();
  }
  throw new InvalidArgumentError(
    'Give a length of time such as 12h or 7d, or a date such as 2030-01-31 or 2030-01-31T12:00:00Z.',
  );
}
