/**
 * One spelling for URIs that some server may take for the same resource: without query and fragment,
 * escapes undone, dot segments and empty ones resolved, in lower case. Wider than RFC 3986 section
 * 6.2, and for comparing only: what is forwarded is what the agent wrote.
 */
export function canonicalUri(uri: string): string {
  const [path = ''] = uri.split(/[?#]/, 1);
  return canonicalPath(unescaped(path));
}

/** The same for a template, whose expressions stay. */
export function canonicalTemplate(template: string): string {
  const [path = ''] = template.split(/\{[?&#]|[?#]/, 1);
  return canonicalPath(unescaped(path));
}

function canonicalPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept.join('/').toLowerCase();
}

/** Undoes escapes of escapes too, as far as servers are known to. */
function unescaped(text: string): string {
  let before = text;
  for (let round = 0; round < 3; round += 1) {
    const after = before.replace(/%[0-9a-f]{2}/gi, (escape) =>
      String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
    );
    if (after === before) break;
    before = after;
  }
  return before;
}
