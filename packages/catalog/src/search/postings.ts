import type { MergedServer, MergedTool } from './merged-server.ts';
import { isStopWord } from './stop-words.ts';
import { identifierWords, joinedWords, proseWords } from './words.ts';

/** That a word occurs in a server (part 0) or in its tool number `part`, and what that is worth. */
export interface Posting {
  readonly word: string;
  readonly part: number;
  readonly weight: number;
}

/** What a word is worth by where it stands. Tuned on half of the judged queries, see docs/search.md. */
export const fieldWeights = {
  title: 100,
  name: 80,
  id: 100,
  keyword: 50,
  publisher: 40,
  category: 35,
  namespace: 15,
  description: 42,
  toolName: 36,
  toolTitle: 26,
  toolDescription: 5,
} as const;

/** A posting of a tool with at least this weight stands in the tool's name. */
export const toolNameWeight = 20;

/** Every word that a server is found by, each once in each part with its greatest weight. */
export function postingsOf(server: MergedServer): Posting[] {
  const own = new Weights();
  const [namespace = '', path = ''] = server.name.split('/');
  const title = proseWords(server.title);
  own.addNamed(title, fieldWeights.title);
  own.addNamed(identifierWords(path), fieldWeights.name);
  if (server.id !== undefined) own.addNamed(identifierWords(server.id), fieldWeights.id);
  for (const keyword of server.keywords) {
    own.addNamed(proseWords(keyword.replaceAll('_', ' ')), fieldWeights.keyword);
  }
  own.addNamed(identifierWords(server.publisher), fieldWeights.publisher);
  own.add(proseWords(server.publisher), fieldWeights.publisher);
  own.add([server.category], fieldWeights.category);
  own.add(namespaceWords(namespace), fieldWeights.namespace);
  own.addLong(proseWords(server.description), fieldWeights.description);
  return [
    ...own.postings(0),
    ...server.tools.flatMap((tool, index) => toolPostings(tool, index + 1)),
  ];
}

/** Factor of what a server's words are worth: what is used and proven comes before its like. */
export function boostOf({ tier, verified, popularity, status }: MergedServer): number {
  const ofTier = { official: 0.25, curated: 0.2, community: 0 }[tier];
  const boost = 1 + ofTier + (verified ? 0.1 : 0) + 0.3 * popularity;
  return status === 'deprecated' ? boost / 2 : boost;
}

/** Text in which phrases are found: words with one space around each, fields kept apart. */
export function phraseText(fields: readonly (readonly string[])[]): string {
  return fields.map((words) => ` ${words.join(' ')} `).join('|');
}

/** The fields of a server in which phrases are found. */
export function serverPhrases({
  title,
  name,
  description,
  keywords,
  publisher,
}: MergedServer): string {
  return phraseText(
    [title, description, publisher, ...keywords]
      .map(proseWords)
      .concat([identifierWords(name.split('/')[1] ?? name)]),
  );
}

/** The fields of a tool in which phrases are found. */
export function toolPhrases({ name, title, description }: MergedTool): string {
  return phraseText([
    identifierWords(name),
    proseWords(title ?? ''),
    proseWords((description ?? '').slice(0, 600)),
  ]);
}

/** Without what thousands of names begin with, such as `io.github`. */
function namespaceWords(namespace: string): string[] {
  const labels = namespace.toLowerCase().split('.');
  const own = /^io\.git(?:hub|lab)$/.test(labels.slice(0, 2).join('.')) ? 2 : 1;
  return labels.slice(own).flatMap(identifierWords);
}

function toolPostings({ name, title, description }: MergedTool, part: number): Posting[] {
  const weights = new Weights();
  const words = identifierWords(name);
  weights.add(words, fieldWeights.toolName);
  weights.add(joinedWords(words), toolNameWeight);
  if (title !== undefined)
    weights.add(proseWords(title), Math.min(fieldWeights.toolTitle, toolNameWeight - 1));
  if (description !== undefined) {
    const told = proseWords(description.slice(0, 240)).filter((word) => !isStopWord(word));
    weights.add(told, fieldWeights.toolDescription);
  }
  return weights.postings(part);
}

class Weights {
  readonly #weights = new Map<string, number>();

  add(words: readonly string[], weight: number): void {
    for (const word of words) {
      this.#weights.set(word, Math.max(weight, this.#weights.get(word) ?? 0));
    }
  }

  /** A short name's word says more than one of many; neighbours are also found as one word. */
  addNamed(words: readonly string[], weight: number): void {
    const telling = words.filter((word) => !isStopWord(word));
    const share = 1 / (1 + 0.15 * Math.max(0, telling.length - 1));
    this.add(telling, Math.round(weight * share));
    this.add(
      words.filter((word) => isStopWord(word)),
      5,
    );
    this.add(joinedWords(words), Math.round(weight * share * 0.9));
  }

  /** The beginning of a text says what a thing is. */
  addLong(words: readonly string[], weight: number): void {
    words.slice(0, 300).forEach((word, index) => {
      const early = index < 25 ? 1 : 0.6;
      this.add([word], isStopWord(word) ? 2 : Math.round(weight * early));
    });
  }

  postings(part: number): Posting[] {
    return [...this.#weights].map(([word, weight]) => ({ word, part, weight }));
  }
}
