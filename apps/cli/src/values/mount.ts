/** Reads a folder with what may be done there: `/path`, `/path:ro` or `/path:rw`. */
export function parseMount(text: string): { path: string; writable: boolean } {
  const [, path = text, mode] = /^(.*?)(?::(ro|rw))?$/.exec(text) ?? [];
  return { path, writable: mode === 'rw' };
}
