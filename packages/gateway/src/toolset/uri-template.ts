/**
 * Whether a URI may have come from a template (RFC 6570). Every expression stands for any text,
 * which is wider than the RFC and right for rules that forbid; what permits must match in its
 * canonical spelling too (see `subjects.ts`). Linear in the length of the URI, whatever the template.
 */
export function mayExpandTo(template: string, uri: string): boolean {
  const literals = template.split(/\{[^{}]*\}/);
  const first = literals[0] ?? '';
  if (literals.length === 1) return uri === first;
  const last = literals.at(-1) ?? '';
  if (uri.length < first.length + last.length) return false;
  if (!uri.startsWith(first) || !uri.endsWith(last)) return false;
  let from = first.length;
  const end = uri.length - last.length;
  for (const literal of literals.slice(1, -1)) {
    const at = uri.indexOf(literal, from);
    if (at < 0 || at + literal.length > end) return false;
    from = at + literal.length;
  }
  return true;
}
