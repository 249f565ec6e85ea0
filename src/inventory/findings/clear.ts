// Passwords and tokens that stand in clear in variables, params and files.

import { looksSecret } from "../../model/documents/document.ts";
import type { Finding, Written } from "../../model/finding.ts";
import type { Known } from "./findings.ts";

/** One finding a place; the value itself is never shown. */
export function clearSecrets({ written }: Known): readonly Finding[] {
  return written.flatMap((one) => {
    const key = one.in === "file" ? keyInLine(one.text) : keyOf(one);
    return key === undefined ? [] : [{ level: "warning" as const, message: `"${key}" stands here in clear`, at: hidden(one), hint: hintFor(one, key) }];
  });
}

function hidden({ at }: Written): Written["at"] {
  const { text: _, ...place } = at;
  return place;
}

function hintFor({ in: where }: Written, key: string): string {
  const name = key.toLowerCase().replaceAll("_", "-");
  return where === "file"
    ? `keep it with: hlx secrets set ${name}, and let the role fill it in`
    : `keep it with: hlx secrets set ${name}, and write !secret ${name}`;
}

function keyOf({ key, text }: Written): string | undefined {
  return looksSecret(key) && !/(file|path|name|url|ttl|secret)$/i.test(key) && isLiteral(text) ? key : undefined;
}

const assignment = /^\s*(?:-\s+|export\s+)?["']?([A-Za-z_][\w.-]*)["']?(?:\s*[:=]\s*|\s+)["']?([^\s"'#;]+)["']?;?\s*(?:#.*)?$/;

function keyInLine(line: string): string | undefined {
  const [, key = "", value = ""] = assignment.exec(line) ?? [];
  return keyOf({ in: "file", key, text: value, at: { file: "", line: 1, column: 1 } });
}

// References, paths, hashes and switches are no secrets.
function isLiteral(value: string): boolean {
  return value.length >= 4 && !/^[$/<{*!%]|^(yes|no|true|false|none|null|file|prohibit-password)$/i.test(value);
}
