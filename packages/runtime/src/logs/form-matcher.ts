/** Forms are told apart by so many characters; the rest of a long one is compared as it comes. */
const prefixLength = 12;
/** Long forms under comparison at once; more only arise where a form repeats itself. */
const maxCursors = 64;

interface Node {
  readonly next: Map<number, Node>;
  /** How many characters lead here. */
  readonly depth: number;
  /** Forms whose prefix, or the whole of them, ends here. */
  readonly forms: string[];
  /** Where the longest end of the way here begins another prefix. */
  fallback: Node | undefined;
  /** The nearest of the fallbacks that has forms. */
  shorter: Node | undefined;
}

/** A long form of which so many characters were seen. */
interface Cursor {
  readonly form: string;
  at: number;
}

/** How far one text was read. */
export interface MatchState {
  node: Node;
  cursors: Cursor[];
  /** So many of the last characters are a form; 0 for none. */
  matched: number;
  /** So many of the last characters may be the beginning of one. */
  pending: number;
}

/**
 * Finds any of many texts in one pass (Aho and Corasick), as if there were no line breaks: those are
 * not to be in the forms, are ignored in what is read, and not counted.
 */
export class FormMatcher {
  readonly #root = createNode(0);

  constructor(forms: Iterable<string>) {
    for (const form of forms) this.#add(form);
    this.#link();
  }

  start(): MatchState {
    return { node: this.#root, cursors: [], matched: 0, pending: 0 };
  }

  /** Takes the next character, a UTF-16 code unit. */
  step(state: MatchState, code: number): void {
    state.matched = 0;
    if (isBreak(code)) return;
    if (state.cursors.length > 0) advance(state, code);
    let node: Node | undefined = state.node;
    let following = node.next.get(code);
    while (following === undefined && (node = node.fallback)) following = node.next.get(code);
    state.node = following ?? this.#root;
    for (let found: Node | undefined = state.node; found; found = found.shorter) {
      if (found.forms.length > 0) meet(state, found);
    }
    state.pending = state.cursors.reduce((most, { at }) => Math.max(most, at), state.node.depth);
  }

  #add(form: string): void {
    const end = Math.min(form.length, prefixLength);
    let node = this.#root;
    for (let at = 0; at < end; at += 1) {
      const code = form.charCodeAt(at);
      const next = node.next.get(code) ?? createNode(node.depth + 1);
      node.next.set(code, next);
      node = next;
    }
    node.forms.push(form);
  }

  /** Breadth first, so that a node's fallback, which is shorter, is complete before the node. */
  #link(): void {
    const queue: Node[] = [this.#root];
    for (const node of queue) {
      for (const [code, child] of node.next) {
        let fallback = node.fallback;
        while (fallback && !fallback.next.has(code)) fallback = fallback.fallback;
        child.fallback = fallback?.next.get(code) ?? this.#root;
        child.shorter = child.fallback.forms.length > 0 ? child.fallback : child.fallback.shorter;
        queue.push(child);
      }
    }
  }
}

export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function createNode(depth: number): Node {
  return { next: new Map(), depth, forms: [], fallback: undefined, shorter: undefined };
}

function advance(state: MatchState, code: number): void {
  const kept: Cursor[] = [];
  for (const cursor of state.cursors) {
    const { form } = cursor;
    if (form.charCodeAt(cursor.at) !== code) continue;
    cursor.at += 1;
    if (cursor.at === form.length) state.matched = Math.max(state.matched, form.length);
    else kept.push(cursor);
  }
  state.cursors = kept;
}

function meet(state: MatchState, { forms, depth }: Node): void {
  for (const form of forms) {
    if (form.length === depth) state.matched = Math.max(state.matched, depth);
    else if (state.cursors.length < maxCursors) state.cursors.push({ form, at: depth });
  }
}
