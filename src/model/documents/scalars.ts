// Unquoted scalars that mean something else than what was typed: refused, with the mend.
import { isScalar, type Scalar } from "yaml";

export interface Lossy {
  readonly message: string;
  readonly hint: string;
}

/** Why an unquoted scalar loses something as a value, or undefined. `secret` keeps the value out of the message. */
export function lossOf(node: unknown, secret: boolean): Lossy | undefined {
  if (!isScalar(node) || node.type !== "PLAIN" || node.tag !== undefined) return undefined;
  const source = node.source ?? "";
  if (/^\d+(?::\d+)+$/.test(source)) return colons(source, secret);
  return typeof node.value === "number" && String(node.value) !== source ? number(node, source, secret) : undefined;
}

function colons(source: string, secret: boolean): Lossy {
  if (secret) return hidden;
  return { message: `unquoted ${source} is a number in base 60 to other YAML readers`, hint: `write it quoted: "${source}"` };
}

function number(node: Scalar, source: string, secret: boolean): Lossy {
  if (secret) return hidden;
  const value = Number(node.value);
  if (!Number.isFinite(value)) return { message: `${source} is no number that can be kept`, hint: `write it quoted: "${source}"` };
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return { message: `the number ${source} loses digits`, hint: `write it quoted: "${source}"` };
  return { message: `unquoted ${source} is the number ${value}`, hint: `write it quoted: "${source}" (or ${value} if the number is meant)` };
}

const hidden: Lossy = { message: "an unquoted value here loses characters", hint: "put it in quotes" };
