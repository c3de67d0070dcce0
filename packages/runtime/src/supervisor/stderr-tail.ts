import { stripVTControlCharacters } from 'node:util';

const maxLines = 12;
const maxLineCharacters = 300;

/** The last lines that a server wrote, already redacted, for the message about its failure. */
export class StderrTail {
  #lines: string[] = [];

  add(line: string): void {
    // It ends up in errors and terminals, where a server must not move the cursor.
    const plain = stripVTControlCharacters(line)
      .replace(/\p{Cc}/gu, ' ')
      .trimEnd();
    if (plain === '') return;
    this.#lines.push(plain.slice(0, maxLineCharacters));
    if (this.#lines.length > maxLines) this.#lines.shift();
  }

  clear(): void {
    this.#lines = [];
  }

  /** To be appended to a sentence. */
  toString(): string {
    return this.#lines.length === 0 ? '' : ` Its last output:\n${this.#lines.join('\n')}`;
  }
}
