// What a saved plan must look like to be shown: its seal says whether it is the one that was made.
import { risks } from "../../model/kind.ts";

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
const count = { type: "integer", minimum: 1 } as const;
const at = {
  type: "object",
  required: ["file", "line", "column"],
  properties: { file: text, line: count, column: count, length: { type: "integer" }, text },
} as const;
const problem = { type: "object", required: ["code", "message"], properties: { code: text, message: text, hint: text, at } } as const;
const login = { type: "object", required: ["connection", "address", "become"], properties: { connection: text, address: text, user: text } } as const;

const shown = { type: "object", properties: { hidden: { enum: ["sensitive", "known-later"] } } } as const;

const change = {
  type: "object",
  required: ["property", "before", "after", "risk", "view"],
  properties: { property: text, before: shown, after: shown, risk: { enum: risks }, view: { enum: ["value", "text"] }, note: text },
} as const;

const step = { type: "object", required: ["do"], properties: { do: text, title: text } } as const;

const entry = {
  type: "object",
  required: ["entry", "address", "host", "role", "kind", "id", "action", "changes", "desired", "provides", "traces"],
  properties: {
    entry: { enum: ["exact", "predicted", "blocked"] },
    ...{ address: text, host: text, role: text, kind: text, id: text, needs: text, by: text, fingerprint: text, exclusive: text, irreversible: text },
    action: { enum: ["none", "create", "update", "replace", "remove"] },
    changes: { type: "array", items: change },
    provides: texts,
    traces: texts,
    steps: { type: "array", items: step },
    because: problem,
  },
  anyOf: [
    { type: "object", required: ["steps", "fingerprint"], properties: { entry: { enum: ["exact"] } } },
    { type: "object", required: ["needs", "by"], properties: { entry: { enum: ["predicted"] } } },
    { type: "object", required: ["because"], properties: { entry: { enum: ["blocked"] } } },
  ],
} as const;

const host = {
  type: "object",
  required: ["host", "login", "resources", "roundTrips"],
  properties: { host: text, login, machineId: text, unreachable: problem, resources: { type: "integer" }, roundTrips: { type: "integer" } },
} as const;

const unit = { type: "object", required: ["key", "host", "role", "after"], properties: { key: text, host: text, role: text, after: texts } } as const;
const staying = { type: "object", required: ["host", "because"], properties: { host: text, address: text, because: text, hint: text } } as const;
const letGo = { type: "object", required: ["host", "id", "address"], properties: { host: text, id: text, address: text } } as const;

/** The shape of a plan, as a JSON Schema. */
export const planShape = {
  type: "object",
  required: ["format", "id", "hlx", "created", "inventory", "hosts", "units", "entries", "elsewhere", "problems"],
  properties: {
    ...{ id: text, hlx: text, created: text, inventory: text, playbook: text },
    hosts: { type: "array", items: host },
    peers: { type: "array", items: { type: "object", required: ["host", "login"], properties: { host: text, login } } },
    units: { type: "array", items: unit },
    entries: { type: "array", items: entry },
    elsewhere: { type: "array", items: entry },
    stays: { type: "array", items: staying },
    letGo: { type: "array", items: letGo },
    problems: { type: "array", items: problem },
  },
} as const;
