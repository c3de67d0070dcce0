/** Deeper than any entry has been seen to be, and shallow enough for every recursion that follows. */
const deepest = 40;
// oxlint-disable-next-line no-control-regex -- control characters are what it finds
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * What makes JSON from a stranger unfit to be kept, in words; undefined when nothing does. Goes
 * through it without recursion, so that depth cannot exhaust the stack.
 */
export function unfitData(value: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: at, depth } = next;
    if (depth > deepest) return `it is nested more than ${deepest} levels deep`;
    if (typeof at === 'string') {
      const reason = unfitText(at);
      if (reason) return reason;
    } else if (Array.isArray(at)) {
      for (const item of at) open.push({ value: item, depth: depth + 1 });
    } else if (typeof at === 'object' && at !== null) {
      for (const key of Object.keys(at)) {
        const reason = key === '__proto__' ? 'it has a field "__proto__"' : unfitText(key);
        if (reason) return reason;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its own key
        open.push({ value: (at as Record<string, unknown>)[key], depth: depth + 1 });
      }
    }
  }
  return undefined;
}

function unfitText(text: string): string | undefined {
  if (control.test(text)) return 'a text in it has control characters';
  return text.isWellFormed() ? undefined : 'a text in it is not well-formed Unicode';
}

/** Whether a value is a JSON object, and neither an array nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
