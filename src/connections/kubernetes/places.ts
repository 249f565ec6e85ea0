// Where the API keeps the objects of a kind: asked of the API itself, group by group, and remembered once it is known.
import { isRecord } from "../../lib/json.ts";
import type { ObjectName } from "../../model/ports/kubernetes.ts";
import type { Answer, Client } from "./client.ts";

/** `path` is that of one object. "none": the API does not know the kind. "other": it could not be asked. */
export type Place =
  | { readonly place: "at"; readonly path: string; readonly namespaced: boolean }
  | { readonly place: "none" }
  | { readonly place: "other"; readonly answer: Exclude<Answer, { answer: "data" }> };

interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface Places {
  of(name: ObjectName): Promise<Place>;
}

/** One question an API group; what is not there is asked again, for it may have come since. */
export function placesOf(client: Client): Places {
  const known = new Map<string, Resource>();
  const asking = new Map<string, Promise<Answer>>();

  async function of(name: ObjectName): Promise<Place> {
    const key = `${name.apiVersion} ${name.kind}`;
    const answer = known.has(key) ? undefined : await learn(name.apiVersion);
    if (answer !== undefined && answer.answer !== "data") return isUnknown(answer) ? { place: "none" } : { place: "other", answer };
    const resource = known.get(key);
    return resource === undefined ? { place: "none" } : { place: "at", path: pathOf(name, resource), namespaced: resource.namespaced };
  }

  function learn(apiVersion: string): Promise<Answer> {
    const asked = asking.get(apiVersion) ?? client.ask({ method: "GET", path: rootOf(apiVersion) }).then((answer) => noted(apiVersion, answer));
    asking.set(apiVersion, asked);
    return asked.finally(() => asking.delete(apiVersion));
  }

  function noted(apiVersion: string, answer: Answer): Answer {
    const list: unknown = answer.answer === "data" ? answer.data["resources"] : [];
    for (const one of Array.isArray(list) ? list.filter(isRecord) : []) {
      const [plural, kind] = [String(one["name"]), String(one["kind"])];
      if (!plural.includes("/")) known.set(`${apiVersion} ${kind}`, { plural, namespaced: one["namespaced"] === true });
    }
    return answer;
  }
  return { of };
}

function isUnknown(answer: Answer): boolean {
  return answer.answer === "failure" && (answer.failure.kind === "no api" || answer.failure.kind === "absent");
}

function rootOf(apiVersion: string): string {
  const parts = apiVersion.split("/").map(encodeURIComponent).join("/");
  return apiVersion.includes("/") ? `/apis/${parts}` : `/api/${parts}`;
}

function pathOf({ apiVersion, namespace, name }: ObjectName, { plural, namespaced }: Resource): string {
  const inside = namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
  return `${rootOf(apiVersion)}${inside}/${encodeURIComponent(plural)}/${encodeURIComponent(name)}`;
}
