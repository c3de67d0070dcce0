import { hash } from 'node:crypto';

import type { RecordedArguments } from '../audit-record.ts';

const secretKey =
  /pass(?:word|wd|phrase)?$|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|authorization|credential|cookie|^pwd$|^auth$/i;
const secretValue =
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|\bpb[ak]_[\w-]{40,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}|\b[Bb]earer\s+[\w.~+/=-]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^\s/:@]+:[^\s/@]+@/;

const maxText = 200;
const maxItems = 32;
const maxDepth = 6;
const maxTotal = 4096;
/** Of a text so much is searched for credentials: more than is kept, and too little to take long. */
const maxSearched = 1024;
/** What every value costs besides its text. */
const perValue = 8;
/** Names of members found harmless: calls use the same few again and again. */
const harmless = new Set<string>();
const maxHarmless = { names: 2000, characters: 64 };

/**
 * What the audit log keeps of a call's arguments: values under secret-looking keys and values that
 * look like credentials are replaced, long texts and collections cut, the whole bounded to about
 * 4 KB; the size and SHA-256 of the original text let a reader prove what was sent.
 */
export function recordArguments(text: Buffer, value: unknown): RecordedArguments {
  const budget = { left: maxTotal };
  return {
    redacted: redact(value, 0, budget),
    bytes: text.length,
    sha256: hash('sha256', text, 'hex'),
  };
}

/**
 * The name or URI of a call as the audit log keeps it: whole, but for credentials in it and in its
 * query, and for what goes beyond a thousand characters.
 */
export function recordName(name: string): string {
  const shown =
    name.length > maxSearched ? `${name.slice(0, maxSearched)}… [${name.length} characters]` : name;
  if (holdsCredential(shown)) return '[redacted]';
  return shown.replace(/([?&])([^=&#{}]+)=([^&#]*)/g, (whole, mark: string, key: string) =>
    secretKey.test(key) ? `${mark}${key}=[redacted]` : whole,
  );
}

function redact(value: unknown, depth: number, budget: { left: number }): unknown {
  if (typeof value === 'string') return redactText(value, budget);
  budget.left -= perValue;
  if (value === null || typeof value !== 'object') return value;
  if (depth >= maxDepth || budget.left <= 0) return '[cut]';
  if (Array.isArray(value)) {
    const kept = value.slice(0, maxItems).map((item) => redact(item, depth + 1, budget));
    return value.length > maxItems ? [...kept, `[${value.length - maxItems} more]`] : kept;
  }
  return redactMembers(value, depth, budget);
}

function redactMembers(value: object, depth: number, budget: { left: number }): unknown {
  const members = Object.entries(value);
  const kept: [string, unknown][] = [];
  for (const [key, item] of members.slice(0, maxItems)) {
    if (isHarmless(key)) {
      budget.left -= key.length;
      kept.push([key, redact(item, depth + 1, budget)]);
      continue;
    }
    const shownKey = holdsCredential(key) ? '[redacted]' : key.slice(0, maxText);
    budget.left -= shownKey.length;
    kept.push([shownKey, secretKey.test(key) ? '[redacted]' : redact(item, depth + 1, budget)]);
  }
  if (members.length > maxItems) kept.push(['…', `[${members.length - maxItems} more]`]);
  return Object.fromEntries(kept);
}

function isHarmless(key: string): boolean {
  if (harmless.has(key)) return true;
  if (key.length > maxHarmless.characters || secretKey.test(key) || holdsCredential(key)) {
    return false;
  }
  if (harmless.size < maxHarmless.names) harmless.add(key);
  return true;
}

function redactText(text: string, budget: { left: number }): string {
  if (budget.left <= 0) return '[cut]';
  if (holdsCredential(text)) return '[redacted]';
  const kept =
    text.length > maxText ? `${text.slice(0, maxText)}… [${text.length} characters]` : text;
  budget.left -= kept.length;
  return kept;
}

/** Looks at the beginning alone; of longer names and texts no more is kept. */
function holdsCredential(text: string): boolean {
  return secretValue.test(text.slice(0, maxSearched));
}
