/** The length of every symmetric key here, in bytes. */
export const keyBytes = 32;

/** Reads a key written as hexadecimal, base64 or base64url; undefined unless it is exactly 32 bytes. */
export function parseKeyText(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43})$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === keyBytes ? bytes : undefined;
}
