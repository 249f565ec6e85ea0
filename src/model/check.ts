// Health checks: what must answer after an apply, as people write it and as the engine runs it.
import { isRecord, type Json } from "../lib/json.ts";

/** What is asked. `status` left out means 200 to 399. */
export type Asking =
  | { readonly check: "http"; readonly url: string; readonly status?: number; readonly text?: string; readonly insecure?: true }
  | { readonly check: "tcp"; readonly port: number }
  | { readonly check: "unit"; readonly unit: string }
  /** A container's name, or `STACK/SERVICE`, or `STACK/*`. */
  | { readonly check: "container"; readonly container: string }
  | { readonly check: "exec"; readonly argv: readonly string[] };

/** Asked again every `everyMs` until it is good, for at most `deadlineMs`. */
export type Check = Asking & { readonly deadlineMs: number; readonly everyMs: number };

/** How a check ended. */
export interface Checked {
  readonly host: string;
  /** The role call it stands beside; left out for those of the host. */
  readonly role?: string;
  /** See checkTitle. */
  readonly check: string;
  /** Why it is not good; left out when it is. What the host said in it is hostile data. */
  readonly because?: string;
  readonly tries: number;
  readonly tookMs: number;
}

const defaultDeadlineMs = 30_000;
const defaultEveryMs = 2_000;

const duration = { type: "string", pattern: "^[1-9][0-9]{0,5}(ms|s|m)$", title: "a duration such as 30s" } as const;
const patience = {
  deadline: { ...duration, description: "How long it is asked again while it is not good. Default 30s." },
  every: { ...duration, description: "The pause between two tries. Default 2s." },
} as const;
const url = { type: "string", pattern: "^https?://[^\\s\\u0000-\\u0020\"'<>]+$", title: "a URL: http://… or https://…" } as const;
const port = { type: "integer", minimum: 1, maximum: 65535 } as const;
const unit = { type: "string", pattern: "^[A-Za-z0-9:_.@\\\\-]+$", title: "the name of a systemd unit" } as const;

const container = {
  type: "string",
  pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*(/([A-Za-z0-9][A-Za-z0-9_.-]*|\\*))?$",
  title: "a container's name, STACK/SERVICE, or STACK/*",
} as const;

const properties = {
  http: { ...url, description: "Asked from the host itself. Good is 200 to 399; redirects are not followed." },
  status: { type: "integer", minimum: 100, maximum: 599, description: "The one status that is good." },
  text: { type: "string", minLength: 1, description: "Must stand in what is answered." },
  insecure: { const: true, description: "Believe any certificate." },
  tcp: { ...port, description: "Something on the host listens on this port." },
  unit: { ...unit, description: "The systemd unit is active." },
  container: { ...container, description: "The container runs, and is healthy where it has a health check; of a stack also: it has ended with status 0." },
  exec: { type: "array", minItems: 1, items: { type: "string", pattern: "^[^\\u0000]*$" }, description: "A command (no shell) that ends with status 0." },
  ...patience,
} as const;

const words = ["http", "tcp", "unit", "container", "exec"] as const;

/** One check as people write it: one of the words, and no two. */
const oneCheck = {
  title: "a check: http://…, https://…, tcp:PORT, unit:NAME, container:NAME, or a map with http, tcp, unit, container or exec",
  anyOf: [
    {
      type: "string",
      title: "a check: http://…, https://…, tcp:PORT, unit:NAME or container:NAME",
      pattern:
        "^(https?://[^\\s\"'<>]+|tcp:(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])|unit:[A-Za-z0-9:_.@\\\\-]+|container:[A-Za-z0-9][A-Za-z0-9_.-]*(/([A-Za-z0-9][A-Za-z0-9_.-]*|\\*))?)$",
    },
    {
      type: "object",
      additionalProperties: false,
      properties,
      dependentRequired: { status: ["http"], text: ["http"], insecure: ["http"] },
      anyOf: words.map((word) => ({ required: [word] })),
      not: { anyOf: words.flatMap((one, index) => words.slice(index + 1).map((other) => ({ required: [one, other] }))) },
    },
  ],
} as const;

/** A list of checks, in a playbook beside a role's name and in an inventory. */
export const checksSchema = { type: "array", items: oneCheck as object } as const;

/** The checks of a list that fits the schema; what does not is left out. */
export function checksFrom(value: Json | undefined): readonly Check[] {
  return Array.isArray(value) ? value.flatMap((one: Json) => checkFrom(one) ?? []) : [];
}

/** `http http://localhost/`, `unit nginx`. */
export function checkTitle(check: Asking): string {
  switch (check.check) {
    case "http":
      return check.url;
    case "tcp":
      return `tcp:${check.port}`;
    case "unit":
      return `unit:${check.unit}`;
    case "container":
      return `container:${check.container}`;
    case "exec":
      return `exec ${check.argv.join(" ")}`;
  }
}

function checkFrom(value: Json): Check | undefined {
  const asking = typeof value === "string" ? shortForm(value) : isRecord(value) ? longForm(value) : undefined;
  const { deadline, every } = isRecord(value) ? value : {};
  return asking === undefined ? undefined : { ...asking, deadlineMs: msOf(deadline) ?? defaultDeadlineMs, everyMs: msOf(every) ?? defaultEveryMs };
}

function shortForm(value: string): Asking | undefined {
  if (/^https?:\/\//.test(value)) return { check: "http", url: value };
  const [, word, rest = ""] = /^(tcp|unit|container):(.+)$/s.exec(value) ?? [];
  if (word === "tcp") return { check: "tcp", port: Number(rest) };
  if (word === "container") return { check: "container", container: rest };
  return word === "unit" ? { check: "unit", unit: rest } : undefined;
}

function longForm(value: Record<string, unknown>): Asking | undefined {
  const { tcp, unit: name, container: box, exec } = value;
  if (typeof value["http"] === "string") return httpForm(value["http"], value);
  if (typeof tcp === "number") return { check: "tcp", port: tcp };
  if (typeof name === "string") return { check: "unit", unit: name };
  if (typeof box === "string") return { check: "container", container: box };
  return Array.isArray(exec) ? { check: "exec", argv: exec.map(String) } : undefined;
}

function httpForm(http: string, { status, text, insecure }: Record<string, unknown>): Asking {
  return {
    check: "http",
    url: http,
    ...(typeof status === "number" ? { status } : {}),
    ...(typeof text === "string" ? { text } : {}),
    ...(insecure === true ? { insecure } : {}),
  };
}

function msOf(value: unknown): number | undefined {
  const [, count, unitOfTime = ""] = typeof value === "string" ? (/^(\d+)(ms|s|m)$/.exec(value) ?? []) : [];
  return count === undefined ? undefined : Number(count) * ({ ms: 1, s: 1000, m: 60_000 }[unitOfTime] ?? 1);
}
