// Configs and secrets whose value comes with the compose file: written there, or taken from a variable.
import { isRecord } from "../../lib/json.ts";
import type { Document } from "../../model/documents/parse.ts";
import type { Problem } from "../../model/problem.ts";
import type { Text } from "../../model/text.ts";
import type { ComposeFile, Part } from "./file.ts";
import type { Lookup } from "./interpolate.ts";
import type { Service } from "./service.ts";
import { withoutTokens } from "./tokens.ts";

type Sections = Pick<ComposeFile, "configs" | "secrets">;

interface Around {
  readonly document: Document;
  readonly lookup: Lookup;
}

/** A variable's value in the place of its name: nobody on the host has the variable. A config then has its content, a secret its file. */
export function withValues(sections: Sections, around: Around): Sections & { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const each = (section: keyof Sections): ReadonlyMap<string, Part> =>
    new Map([...sections[section]].map(([key, part]) => [key, valued(part, section, { ...around, problems })]));
  return { configs: each("configs"), secrets: each("secrets"), problems };
}

function valued(part: Part, section: keyof Sections, { document, lookup, problems }: Around & { readonly problems: Problem[] }): Part {
  const { environment, ...raw } = part.raw;
  if (typeof environment !== "string") return part;
  const value = lookup(environment);
  if (value === undefined) {
    const message = `${section}.${part.key}: the variable ${environment} is not defined`;
    problems.push({ code: "input", message, at: document.at([section, part.key, "environment"]), hint: "give it in the stack's env or in its .env file" });
  }
  if (section === "configs") return { ...part, raw: { ...raw, content: value ?? "" } };
  return { ...part, raw: { ...raw, file: `./${pathOf(part)}` }, value: value ?? "" };
}

// Compose has no secret with its content in the file. Whoever is in the container may read it, as one that Compose makes of a variable; on the host nobody but root gets into the folder.
function pathOf({ key }: Part): string {
  return `.hlx/secrets/${key}`;
}

/** The files of secrets that come from variables, by path. */
export function secretFiles({ secrets }: ComposeFile): readonly (readonly [string, { readonly content: Text; readonly mode: string }])[] {
  return [...secrets.values()].flatMap((part) =>
    part.value === undefined ? [] : [[pathOf(part), { content: withoutTokens(part.value), mode: "0444" }] as const],
  );
}

/** What stands in the compose file of the configs that a service gets. */
export function inlinedBy(service: Service, { configs }: ComposeFile): { readonly inlined?: Text } {
  const inlined = service.configs.flatMap((key): Text => {
    const content = configs.get(key)?.raw["content"];
    return typeof content === "string" ? [`${key}\0`, ...withoutTokens(content), "\0"] : [];
  });
  return inlined.length === 0 ? {} : { inlined };
}

// Where they stand when their service names no absolute path (compose-spec, 05-services.md, configs and secrets).
const bases = { configs: "/", secrets: "/run/secrets/" } as const;

/** Where the configs and secrets of a service stand in its containers. */
export function givenTo({ raw }: Service): { readonly given?: readonly string[] } {
  const given = (["configs", "secrets"] as const).flatMap((section) => {
    const entries: readonly unknown[] = Array.isArray(raw[section]) ? raw[section] : [];
    return entries.map((entry) => {
      const target = String(isRecord(entry) ? (entry["target"] ?? entry["source"]) : entry);
      return target.startsWith("/") ? target : `${bases[section]}${target}`;
    });
  });
  return given.length === 0 ? {} : { given };
}
