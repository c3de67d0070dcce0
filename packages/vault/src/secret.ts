import { inspect } from 'node:util';

const redacted = '[secret]';

/**
 * A secret text on its way through the program. Converting, serializing or inspecting it gives
 * `[secret]`; `reveal()` is the only way to the value, so a search for it finds every use.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value in clear. Keep it out of variables that outlive the one use it is needed for. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
