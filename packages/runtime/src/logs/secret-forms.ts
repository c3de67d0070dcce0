import type { Secret } from '@plugboard/vault';

/** Shorter ones would blot out ordinary words, and are no secrets worth the name. */
const shortest = 6;

/**
 * What secrets look like where they are printed: as they are, each line of a longer one, the
 * password inside a connection URL, the part after an authorization scheme, and all of these as JSON
 * text, URL-encoded, in hexadecimal, and in base64 at any alignment. Without line breaks, which
 * encoders put anywhere.
 */
export function formsOfSecrets(secrets: Iterable<Secret>): ReadonlySet<string> {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const part of partsOf(secret.reveal())) {
      for (const form of formsOf(part)) {
        const line = form.replace(/[\r\n]/g, '');
        if (line.length >= shortest) forms.add(line);
      }
    }
  }
  return forms;
}

/** A longer value is known by pieces of this length, each in all forms. */
const pieceLength = 4_096;
const maxPieces = 32;
/** Of a value of many lines so many are known one by one. */
const maxLines = 512;

function* partsOf(value: string): Iterable<string> {
  const whole = value.trim();
  if (whole.length < shortest) return;
  yield* piecesOf(value);
  // What it is to a program that trims it.
  if (whole !== value) yield* piecesOf(whole);
  const lines = whole.split(/\r?\n/, maxLines);
  if (lines.length > 1)
    for (const line of lines) if (line.trim().length >= shortest) yield* piecesOf(line.trim());
  const credentials = /^(?:bearer|basic|dpop|token|apikey)\s+(\S+)$/i.exec(whole)?.[1];
  if (credentials && credentials.length >= shortest) yield* piecesOf(credentials);
  if (!URL.canParse(whole)) return;
  const { password } = new URL(whole);
  if (password.length < shortest) return;
  yield password;
  yield decoded(password);
}

function* piecesOf(value: string): Iterable<string> {
  for (let piece = 0; piece < maxPieces && piece * pieceLength < value.length; piece += 1) {
    yield value.slice(piece * pieceLength, (piece + 1) * pieceLength);
  }
}

function* formsOf(value: string): Iterable<string> {
  yield value;
  yield JSON.stringify(value).slice(1, -1);
  const encoded = encodeURIComponent(value.toWellFormed());
  yield encoded;
  yield encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  yield encoded.replaceAll('%20', '+');
  const bytes = Buffer.from(value, 'utf8');
  const hex = bytes.toString('hex');
  yield hex;
  yield hex.toUpperCase();
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
