/**
 * Makes a stranger's Markdown fit to be shown: raw HTML, comments and scripts are taken out, a link
 * keeps its text but not a `javascript:` or `data:` address, and only pictures by https stay. Code
 * keeps its text; its angle brackets are followed by an invisible joiner, so that no reader of
 * Markdown who sees the end of the code elsewhere finds a tag in it. Show it without HTML all the same.
 */
export function plainMarkdown(markdown: string): string {
  // oxlint-disable-next-line no-control-regex -- they mark what is put aside below
  const text = markdown.replaceAll('\r\n', '\n').replaceAll(/\u0000/g, '');
  return splitFences(withoutRawBlocks(text))
    .map(({ code, lines }) => (code ? inertCode(lines) : plainProse(lines)))
    .join('\n');
}

const joiner = '\u2060';

interface Part {
  readonly code: boolean;
  readonly lines: string;
}

/** By the rules of CommonMark 0.31 section 4.5, also for fences inside of lists and quotes. */
function splitFences(text: string): readonly Part[] {
  const parts: { code: boolean; lines: string[] }[] = [];
  let fence: string | undefined;
  const add = (code: boolean, line: string): void => {
    const last = parts.at(-1);
    if (last?.code === code) last.lines.push(line);
    else parts.push({ code, lines: [line] });
  };
  for (const line of text.split('\n')) {
    const mark = /^(?:[ \t]|>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*(`{3,}|~{3,})(.*)$/.exec(line);
    const run = mark?.[1];
    if (fence === undefined) {
      const opens = run !== undefined && !(run.startsWith('`') && mark?.[2]?.includes('`'));
      if (opens) fence = run;
      add(opens, line);
    } else {
      add(true, line);
      if (run?.startsWith(fence) && mark?.[2]?.trim() === '') fence = undefined;
    }
  }
  return parts.map(({ code, lines }) => ({ code, lines: lines.join('\n') }));
}

function inertCode(code: string): string {
  return code
    .replaceAll(/<(?=[a-z/!?])/gi, `<${joiner}`)
    .replaceAll(/\b(javascript|vbscript|data)(?=\s*:)/gi, `$1${joiner}`);
}

/** What is between such tags is no text for people, wherever code seems to begin within. */
function withoutRawBlocks(text: string): string {
  return text.replaceAll(
    /^[ \t]*<(script|style|iframe|object|embed|template|noscript|svg|math|form)\b[^]*?(?:<\/\1\s*>|$(?![^]))/gim,
    '',
  );
}

function plainProse(prose: string): string {
  // Code spans are put aside, for what is in them is text.
  const spans: string[] = [];
  const aside = prose.replaceAll(/(?<!`)(`+)(?!`)([^]{0,5000}?[^`])\1(?!`)/g, (span: string) => {
    if (span.includes('\n\n')) return span;
    spans.push(inertCode(span));
    return `\u0000${spans.length - 1}\u0000`;
  });
  const plain = withoutUnsafeLinks(withoutTags(aside));
  // oxlint-disable-next-line no-control-regex -- put there above
  return plain.replaceAll(/\u0000(\d+)\u0000/g, (_, index: string) => spans[Number(index)] ?? '');
}

function withoutTags(text: string): string {
  let plain = text;
  // What is taken out may leave a tag behind, but only so often in good faith.
  for (let pass = 0; pass < 4; pass += 1) {
    plain = plain
      .replaceAll(/<!--[^]*?(?:-->|$(?![^]))/g, '')
      .replaceAll(
        /<(script|style|iframe|object|embed|template|noscript)\b[^]*?(?:<\/\1\s*>|$(?![^]))/gi,
        '',
      )
      .replaceAll(/<(?:https?:\/\/|mailto:)[^\s<>"'`]+>/gi, (link) => link.slice(1, -1))
      .replaceAll(/<br\s*\/?>/gi, '\n')
      .replaceAll(/<\/?[a-z!?][^<>]*>/gi, '');
  }
  // Of what is left none is to become a tag.
  return plain.replaceAll('<', '&lt;');
}

function withoutUnsafeLinks(text: string): string {
  const address = String.raw`(?:\(\s*)(&lt;[^\n]*?>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)([^()]*)\)`;
  const label = String.raw`\[((?:[^[\]\\]|\\.|\[(?:[^[\]\\]|\\.)*\])*)\]`;
  return text
    .replaceAll(new RegExp(`!${label}${address}`, 'g'), (all, alt: string, target: string) =>
      /^https:\/\//i.test(target) ? all : alt,
    )
    .replaceAll(new RegExp(`(?<!!)${label}${address}`, 'g'), (all, words: string, target: string) =>
      isSafeLink(target) ? all : words,
    )
    .replaceAll(/^([ \t>]*\[[^\]\n]+\]:[ \t]*)(\S+)(.*)$/gm, (all, _, target: string) =>
      isSafeLink(target) ? all : '',
    )
    .replaceAll(/\b(javascript|vbscript)(?=\s*:)/gi, `$1${joiner}`);
}

/** Relative ones, and those of a few schemes; entities could spell any other. */
function isSafeLink(target: string): boolean {
  const bare = target.replaceAll(/[\s\p{C}]/gu, '');
  if (/^(?:https?:\/\/|mailto:|#)/i.test(bare)) return true;
  const [head = ''] = bare.split(/[/?#]/, 1);
  return !/[:&\\%<>]/.test(head);
}
