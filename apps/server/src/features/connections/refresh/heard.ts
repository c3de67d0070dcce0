import type { ConnectionRef } from './access-tokens.ts';

/** A look at what is stored, which something that is heard of it meanwhile makes out of date. */
export interface Turn extends Disposable {
  readonly isCurrent: boolean;
  /** Resolves when something is heard, and after so many milliseconds at the latest. */
  next(ms: number): Promise<void>;
}

/** Tells looks that are under way what is heard of their connections. */
export class Heard {
  readonly #turns = new Map<string, Set<OpenTurn>>();

  turn({ connectionId }: ConnectionRef): Turn {
    const turns = this.#turns.get(connectionId) ?? new Set<OpenTurn>();
    this.#turns.set(connectionId, turns);
    const turn = new OpenTurn(() => {
      turns.delete(turn);
      if (turns.size === 0) this.#turns.delete(connectionId);
    });
    turns.add(turn);
    return turn;
  }

  /** Something was heard of a connection, or with none, of any. */
  hear(connectionId?: string): void {
    const heard =
      connectionId === undefined ? this.#turns.values() : [this.#turns.get(connectionId) ?? []];
    for (const turns of heard) for (const turn of turns) turn.hear();
  }
}

class OpenTurn implements Turn {
  readonly #end: () => void;
  readonly #heard = Promise.withResolvers<void>();
  isCurrent = true;

  constructor(end: () => void) {
    this.#end = end;
  }

  hear(): void {
    this.isCurrent = false;
    this.#heard.resolve();
  }

  async next(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([this.#heard.promise, late]);
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
