// Words of a kernel's command line, wherever they are written.
import type { KernelBootSeen } from "../reads/kernel-boot.ts";

/** hlx's own file among those that grub-mkconfig reads: the last, so that its words are the last. */
export const dropIn = "/etc/default/grub.d/zz-hlx.cfg";

export function wordsOf(line: string): readonly string[] {
  return line.split(/\s+/).filter((word) => word !== "");
}

/** True when it stands there, and nothing after it says otherwise. */
export function holds(words: readonly string[], parameter: string): boolean {
  const key = keyOf(parameter);
  return words.findLast((word) => keyOf(word) === key) === parameter;
}

function keyOf(parameter: string): string {
  return parameter.split("=")[0] ?? "";
}

/** What GRUB's menu entries get from these lines; each one may build on what was there before. */
export function grubWords(lines: KernelBootSeen["grub"]): readonly string[] {
  const values = new Map<string, string>();
  for (const { line } of lines) {
    const [, name = "", value = ""] = /^\s*(?:export\s+)?(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)=(.*)$/s.exec(line) ?? [];
    const plain = value.trim().replace(/^(["'])(.*?)\1.*$/s, "$2");
    values.set(
      name,
      plain.replaceAll(/\$\{?(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)\}?/g, (_, other: string) => values.get(other) ?? ""),
    );
  }
  return ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"].flatMap((name) => wordsOf(values.get(name) ?? ""));
}
