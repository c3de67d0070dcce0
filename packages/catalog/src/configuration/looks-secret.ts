/** Forms in which well-known services give out keys and tokens, and URLs that hold a password. */
const knownForms = [
  /\b[srp]k[-_](?:live|test|proj|ant)?[-_A-Za-z0-9]{16,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_\w{20,}/,
  /\bglpat-[\w-]{16,}/,
  /\bxox[abeprs]-[\w-]{10,}/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bAIza[\w-]{30,}/,
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\bhf_[A-Za-z0-9]{20,}/,
  /\bdop_v1_[a-f0-9]{40,}/,
  /\bpb[ak]_[\w-]{40,}/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/,
  /\b(?:[Bb]earer|[Bb]asic)\s+[\w.~+/=-]{12,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /:\/\/[^\s/:@{}]*:[^\s/@{}]+@/,
];

const tellingName =
  /(?:pass(?:word|wd|phrase)?|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|credentials?|authorization|cookie|pwd|dsn|connection[-_.]?string)$/i;
const vaguelyTellingName = /(?:key|auth|hash|salt|signature|session)$/i;

const longestSearched = 8192;

/**
 * Whether a value is probably a secret: by its form whatever its name, by a name that tells of one,
 * or by a name that may and a value that looks random. What is left to the server is not one: an empty
 * text, a number, a switch, a path.
 */
export function looksLikeSecret(name: string, value: string): boolean {
  const text = value.slice(0, longestSearched).trim();
  if (knownForms.some((form) => form.test(text))) return true;
  if (text.length < 6 || /^(?:-?[\d.]+|true|false|none|null|disabled|enabled)$/i.test(text)) {
    return false;
  }
  if (/^(?:\/|\.{1,2}\/|\{workDir\})/.test(text) || /\{[\w.]+\}|\$\{/.test(text)) return false;
  if (/:\/\/|^[\w.+-]+:/.test(text) && /dsn|string$/i.test(name)) return false;
  if (tellingName.test(name)) return true;
  return vaguelyTellingName.test(name) && text.length >= 16 && entropy(text) >= 3.5;
}

/** Names of arguments go with what follows them, as `--token x` and `--token=x` do. */
export function secretsInArguments(args: readonly string[]): readonly number[] {
  return args.flatMap((text, index) => {
    const [, name, value] = /^-{1,2}([\w.-]+)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined)
      return looksLikeSecret(name, value) ? [index] : [];
    const option = /^-{1,2}([\w.-]+)$/.exec(args[index - 1] ?? '')?.[1] ?? '';
    const isOption = /^-{1,2}[\w.-]+$/.test(text);
    return looksLikeSecret(isOption ? '' : option, text) ? [index] : [];
  });
}

/** Bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}
