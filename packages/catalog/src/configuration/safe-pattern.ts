const longestTested = 1024;

/**
 * Whether a whole value has the form of a pattern. True as well when it cannot be told: for a pattern
 * that is none, or that might take long, for anybody may have written it.
 */
export function hasForm(pattern: string, value: string): boolean {
  if (!isSafePattern(pattern) || value.length > longestTested) return true;
  return new RegExp(`^(?:${pattern})$`, 'u').test(value);
}

/** Whether a pattern is a regular expression that is quick on every value. */
export function isSafePattern(pattern: string): boolean {
  if (pattern.length > 300) return false;
  // Escapes and classes hold no quantifier and no group.
  const bare = pattern
    .replaceAll(/\\(?:[pPu]\{[^}]*\}|k<[^>]*>|.)/gs, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replaceAll(/\(\?(?:[:=!]|<[=!]|<[A-Za-z]\w*>)/g, '(')
    .replaceAll(/\{\d+\}/g, '');
  const open = bare.match(/[*+]|\{\d*,\d*\}/g) ?? [];
  const optional = bare.match(/\?/g) ?? [];
  if (open.length > 2 || optional.length > 6 || /\)[*+{]/.test(bare)) return false;
  try {
    RegExp(`^(?:${pattern})$`, 'u');
    return true;
  } catch {
    return false;
  }
}
