/** What the console is built of. Anything else is only loaded down. */
const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
};

/** The content type of a file by the end of its name. */
export function contentTypeOf(path: string): string {
  const end = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? '';
  return types[end] ?? 'application/octet-stream';
}
