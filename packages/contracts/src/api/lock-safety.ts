/** Names that mean something to JavaScript itself and are no key of any document. */
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);

const maxDepth = 64;

export interface UnsafePart {
  readonly path: (string | number)[];
  readonly message: string;
}

/**
 * The first part of a parsed document that nobody means: a key such as `__proto__`, or one nested
 * deeper than 64. Goes through it without recursion, so that depth itself does no harm.
 */
export function findUnsafePart(document: unknown): UnsafePart | undefined {
  const left: { value: unknown; path: (string | number)[] }[] = [{ value: document, path: [] }];
  for (;;) {
    const next = left.pop();
    if (!next) return undefined;
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path.length > maxDepth) return { path, message: `is nested deeper than ${maxDepth}` };
    const isList = Array.isArray(value);
    for (const [key, child] of Object.entries(value)) {
      const at = [...path, isList ? Number(key) : key];
      if (!isList && refusedKeys.has(key)) return { path: at, message: `"${key}" cannot be a key` };
      if (typeof child === 'object' && child !== null) left.push({ value: child, path: at });
    }
  }
}
