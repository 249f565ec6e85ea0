// Lines of authorized_keys (sshd(8)): options, type, key, comment.
import { createHash } from "node:crypto";

/** `blob` is the key itself in base64; `options` as written; `id` is the fingerprint's first 16 characters: "SHA256:AbC…". */
export interface KeyLine {
  readonly id: string;
  readonly options: string;
  readonly type: string;
  readonly blob: string;
  readonly line: string;
}

/** The key of a line, or undefined for comments, empty lines and what sshd would not take. */
export function keyLineOf(line: string): KeyLine | undefined {
  const found = keyAt(line);
  if (found === undefined) return undefined;
  const { options, type, blob } = found;
  return { id: idOf(blob), options, type, blob, line: line.trim() };
}

// Options may hold spaces inside double quotes; the type begins after the first space outside them.
function keyAt(line: string): { readonly options: string; readonly type: string; readonly blob: string } | undefined {
  const trimmed = line.trim();
  const [, options = "", rest = ""] = /^((?:"(?:[^"\\]|\\.)*"|[^"\s])+)[ \t]+(.*)$/.exec(trimmed) ?? [];
  const [bare, withOptions] = [typeAndBlob(trimmed), typeAndBlob(rest)];
  if (bare !== undefined) return { options: "", ...bare };
  return withOptions === undefined ? undefined : { options, ...withOptions };
}

function typeAndBlob(words: string): { readonly type: string; readonly blob: string } | undefined {
  const [, type, blob] = /^((?:ssh-|ecdsa-sha2-|sk-)[A-Za-z0-9@.-]+)[ \t]+(AAAA[A-Za-z0-9+/]+={0,2})(?:[ \t]|$)/.exec(words) ?? [];
  return type === undefined || blob === undefined ? undefined : { type, blob };
}

function idOf(blob: string): string {
  return `SHA256:${createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").slice(0, 16)}`;
}
