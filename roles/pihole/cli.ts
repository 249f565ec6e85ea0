// Settings through `pihole-FTL --config` on the host: the fallback where the API cannot be used.
import { command, type Resource } from "hlx";
import type { Value } from "./settings.ts";

/** One command a setting: each that changes may start FTL anew. */
export function throughCli(settings: Readonly<Record<string, Value>>): readonly Resource[] {
  return Object.entries(settings).map(([key, value]) =>
    command({
      name: `set ${key}`,
      script: setScript,
      args: [key, typeof value === "string" ? value : JSON.stringify(value), printed(value)],
      unless: '[ "$(pihole-FTL --config "$1")" = "$3" ]',
      risk: "restart",
      exclusive: "pihole",
    }),
  );
}

// The file belongs to the account pihole: as root FTL would have to give it back.
const setScript =
  'if command -v runuser >/dev/null; then exec runuser -u pihole -- pihole-FTL --config "$1" "$2"; fi; exec su -s /bin/sh pihole -c \'exec pihole-FTL --config "$0" "$1"\' "$1" "$2"';

/** How FTL prints a value: strings without quotes, but escaped as in JSON; lists as `[ a, b ]` (writeTOMLvalue in FTL's toml_helper.c). */
export function printed(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value).slice(1, -1);
  if (typeof value !== "object") return String(value);
  return value.length === 0 ? "[]" : `[ ${value.map(printed).join(", ")} ]`;
}
