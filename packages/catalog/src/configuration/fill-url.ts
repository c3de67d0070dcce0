import type { ConfigurationProblem } from './resolve-launch.ts';
import type { Field, Slot } from './slots.ts';

interface FilledUrl {
  readonly value: string | undefined;
  readonly problem?: ConfigurationProblem;
}

/**
 * A remote's URL with its variables filled in, so that none of them reaches beyond its place: one in
 * the host is a name, one in the path or query is encoded. Only a template that begins with a
 * variable takes an origin from it.
 */
export function fillUrl(slot: Slot, known: ReadonlyMap<Field, readonly string[]>): FilledUrl {
  let url = '';
  for (const part of slot.parts) {
    if (typeof part === 'string') {
      url += part;
      continue;
    }
    const { key } = part;
    const text = known.get(part)?.[0] ?? '';
    if (url === '') {
      if (!/^https?:\/\/[^/?#@\\]+(?:\/[^?#\\]*)?$/i.test(text)) {
        return refused(
          key,
          'must be a URL such as "https://mcp.example.com", without user, query and fragment.',
        );
      }
      url = text.replace(/\/+$/, '');
      continue;
    }
    if (!/^[a-z]+:\/\/[^/?#]*[/?#]/i.test(url)) {
      if (!/^[A-Za-z0-9.-]+(?::\d{1,5})?$/.test(text)) {
        return refused(key, 'must be a host or a part of one: letters, digits, dots and hyphens.');
      }
      url += text;
      continue;
    }
    const inPath = !/[?#]/.test(url);
    const steps = inPath ? text.split('/') : [text];
    if (inPath && steps.some((step) => step === '.' || step === '..')) {
      return refused(key, 'must not hold "." or ".." as a step of the path.');
    }
    url += steps.map(encodeURIComponent).join('/');
  }
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password) {
    const field = slot.parts.find((part) => typeof part !== 'string');
    return refused(
      field?.key ?? 'url',
      `does not make a web address of ${JSON.stringify(url.slice(0, 200))}.`,
    );
  }
  return { value: url };
}

function refused(key: string, message: string): FilledUrl {
  return { value: undefined, problem: { key, message } };
}
