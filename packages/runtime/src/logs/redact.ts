import type { Secret } from '@plugboard/vault';

/** Replaces every known form of a start's secrets in a text. */
export type Redact = (text: string) => string;

const placeholder = '[secret]';
/** Shorter ones would blot out ordinary words, and are no secrets worth the name. */
const shortest = 6;

/**
 * Knows the secrets as they are, each line of a longer one, the password inside a connection URL,
 * the part after an authorization scheme, and all of these as JSON text, URL-encoded, in
 * hexadecimal, and in base64 at any alignment.
 */
export function createRedactor(secrets: Iterable<Secret>): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const part of partsOf(secret.reveal())) {
      for (const form of formsOf(part)) if (form.length >= shortest) forms.add(form);
    }
  }
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(literally).join('|'), 'g');
  return (text) => text.replace(pattern, placeholder);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function* partsOf(value: string): Iterable<string> {
  const whole = value.trim();
  if (whole.length < shortest) return;
  yield whole;
  const lines = whole.split(/\r?\n/);
  if (lines.length > 1)
    for (const line of lines) if (line.trim().length >= shortest) yield line.trim();
  const credentials = /^(?:bearer|basic|token|apikey)\s+(\S+)$/i.exec(whole)?.[1];
  if (credentials && credentials.length >= shortest) yield credentials;
  if (!URL.canParse(whole)) return;
  const { password } = new URL(whole);
  if (password.length < shortest) return;
  yield password;
  yield decoded(password);
}

function* formsOf(value: string): Iterable<string> {
  yield value;
  yield JSON.stringify(value).slice(1, -1);
  const encoded = encodeURIComponent(value.toWellFormed());
  yield encoded;
  yield encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  yield encoded.replaceAll('%20', '+');
  const bytes = Buffer.from(value, 'utf8');
  yield bytes.toString('hex');
  for (const alignment of [0, 1, 2]) {
    const text = base64At(bytes, alignment);
    yield text;
    yield text.replaceAll('+', '-').replaceAll('/', '_');
  }
}

/** The characters of base64 that depend on these bytes alone when so many bytes stand before them. */
function base64At(bytes: Buffer, alignment: number): string {
  const text = Buffer.concat([Buffer.alloc(alignment), bytes]).toString('base64');
  const first = Math.ceil((alignment * 8) / 6);
  const end = Math.floor(((alignment + bytes.length) * 8) / 6);
  return text.slice(first, end);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
