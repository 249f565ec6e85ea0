// What the Proxmox API answers when it does not do what was asked, and what kind of failure that is.
// Facts: observed on PVE 9.2.11 and in the sources of pve-http-server. Status codes say little: a missing guest is a 500, and only its text tells.
import { isRecord } from "../../lib/json.ts";

export type FailureKind =
  | "absent"
  | "taken"
  | "busy"
  | "locked"
  | "running"
  | "agent"
  | "stale"
  | "denied"
  | "login"
  | "parameter"
  | "unreachable"
  | "uninstalled"
  | "other";

/** An answer that is none of success. `text` is hostile data. */
export interface Failure {
  readonly kind: FailureKind;
  readonly status: number;
  readonly text: string;
  /** By parameter. */
  readonly fields: Readonly<Record<string, string>>;
}

const texts: readonly (readonly [RegExp, FailureKind])[] = [
  [/Configuration file '[^']*' does not exist/, "absent"],
  [/(VM|CT) \d+ already exists|config file already exists|can't convert a template to a template/, "taken"],
  // Who waited for a lock in vain did nothing. Any other error under a cfs lock ("no quorum!", "got lock timeout - aborting command") may have come in the middle.
  [/can't lock file '[^']*' - got timeout|(cfs lock '[^']*':|cfs-lock '[^']*' error:) got lock request timeout/, "busy"],
  [/(VM|CT) is locked|is locked \(/, "locked"],
  [/\balready running\b/, "running"],
  [/QEMU guest agent is not running|^Agent error|^VM \d+ qga command .* failed/, "agent"],
  [/checksum mismatch \(file change by other user\?\)|detected modified configuration/, "stale"],
  [/Permission check failed|only root can set|only root may/, "denied"],
  [/binary not installed: |^pveceph configuration not initialized|ceph.* not (fully )?initialized/i, "uninstalled"],
  [/hostname lookup '.*' failed|no such cluster node/, "unreachable"],
];

/** Reads an error answer: the text is in the body since pve-http-server 5.2.0, and only in the reason phrase before. */
export function failureOf(status: number, reason: string, body: unknown): Failure {
  const record = isRecord(body) ? body : {};
  const errors = isRecord(record["errors"]) ? record["errors"] : {};
  const fields = Object.fromEntries(Object.entries(errors).map(([name, text]) => [name, String(text).trim()]));
  const said = typeof record["message"] === "string" && record["message"].trim() !== "" ? record["message"] : reason;
  const text = said.trim().replace(/ at \/usr\/share\/perl5\/\S+ line \d+\.?$/, "");
  return { kind: kindOf(status, [text, ...Object.values(fields)].join("\n")), status, text, fields };
}

/** The failure of a task, by its exit status. */
export function taskFailure(exitStatus: string): Failure {
  return { kind: kindOf(500, exitStatus), status: 200, text: exitStatus, fields: {} };
}

/** In words for people. */
export function wordsOf({ text, fields }: Failure): string {
  const details = Object.entries(fields).map(([name, said]) => `${name}: ${said}`);
  return details.length === 0 ? text : `${text.replace(/\.$/, "")}: ${details.join("; ")}`;
}

function kindOf(status: number, text: string): FailureKind {
  const known = texts.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  if (status === 401) return "login";
  if (status === 403) return "denied";
  if (status >= 595 && status <= 599) return "unreachable";
  return status === 400 ? "parameter" : "other";
}
