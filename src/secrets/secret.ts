// A value that must not be seen: every way of printing it gives a placeholder.
import { inspect } from "node:util";

/** What stands where a secret would be. */
export const placeholder = "(sensitive)";

/** Holds one value; only `reveal` gives it back. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  [inspect.custom](): string {
    return placeholder;
  }
}
