// New secret values, from the kernel's randomness alone.
import { randomBytes } from "node:crypto";
import { ProblemError } from "../model/problem.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** What a value may be made of, by name. */
export const alphabets: Readonly<Record<string, string>> = {
  alphanumeric: letters,
  hex: "0123456789abcdef",
  digits: "0123456789",
  symbols: `${letters}!#%*+,-./:=?@^_~`,
};

export interface Shape {
  /** 8 to 4096 characters. */
  readonly length: number;
  /** A name of `alphabets`. */
  readonly alphabet: string;
}

/** A value of this shape; every character equally likely. Throws ProblemError (usage) on a shape that there is not. */
export function generate({ length, alphabet }: Shape, random: (bytes: number) => Uint8Array = randomBytes): string {
  const characters = Object.hasOwn(alphabets, alphabet) ? alphabets[alphabet] : undefined;
  if (characters === undefined)
    throw new ProblemError({ code: "usage", message: `there is no alphabet "${alphabet}"`, hint: `one of ${Object.keys(alphabets).join(", ")}` });
  if (length < 8 || length > 4096) throw new ProblemError({ code: "usage", message: `a secret has 8 to 4096 characters, not ${length}` });
  // Bytes beyond the last whole multiple are thrown away: a remainder would favour the first characters.
  const fair = 256 - (256 % characters.length);
  let value = "";
  while (value.length < length)
    value += [...random(length)]
      .filter((byte) => byte < fair)
      .map((byte) => characters[byte % characters.length])
      .join("");
  return value.slice(0, length);
}
