/** The types of pictures that icons may be. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/svg+xml';

/** What a picture is by its first bytes; whatever its server says of it. Undefined for anything else. */
export function imageTypeOf(bytes: Buffer): ImageType | undefined {
  const begins = (text: string, at = 0) => bytes.toString('latin1', at, at + text.length) === text;
  if (begins('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (begins('\xff\xd8\xff')) return 'image/jpeg';
  if (begins('GIF87a') || begins('GIF89a')) return 'image/gif';
  if (begins('RIFF') && begins('WEBP', 8)) return 'image/webp';
  return isSvg(bytes) ? 'image/svg+xml' : undefined;
}

/** Its first element is `svg`, after a declaration, comments and a document type at most. */
function isSvg(bytes: Buffer): boolean {
  let text = bytes.toString('utf8', 0, 4096).replace(/^\ufeff/, '');
  for (;;) {
    text = text.trimStart();
    const [before] = /^(?:<\?xml[^>]*\?>|<!--[^]*?-->|<!doctype svg[^>[]*>)/i.exec(text) ?? [];
    if (before === undefined) return /^<svg[\s>/]/.test(text);
    text = text.slice(before.length);
  }
}
