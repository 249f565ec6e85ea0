// What can be known wrong of manifests before a cluster is asked.
import { type Claim, type InventoryView, type Manifest, manifestsIn, placeIn } from "hlx";
import { placement } from "./nodes.ts";
import { objectsOf } from "./objects.ts";
import type { Params } from "./params.ts";
import { inWords, listOf, nameOf, type Part, podOf, recordOf, textOf } from "./parts.ts";

interface Around {
  readonly inputs: Readonly<Record<string, string>>;
  readonly inventory: InventoryView;
}

export function claimsOf(params: Params, { inputs, inventory }: Around): readonly Claim[] {
  const read = params.paths.map((path, index) => ({ path, index, input: inputs[path] }));
  const missing = read.filter(({ input }) => input === "").map(({ path, index }) => unread(path, index));
  const sets = read.map(({ input }) => manifestsIn(input));
  const found = sets.flatMap(({ findings }) => findings.map(({ level, message, at, hint }) => finding({ level, message, at, hint })));
  const manifests = objectsOf(
    sets.flatMap((set) => set.manifests),
    params,
  );
  const nodes = inventory.select(params.nodes);
  return [
    ...missing,
    ...found,
    ...nameless(manifests),
    ...twice(manifests),
    ...manifests.flatMap(oddWords),
    ...manifests.flatMap(nodePorts),
    ...manifests.flatMap(unpinned),
    ...manifests.flatMap(inClear),
    ...placement(manifests, nodes).map(finding),
  ];
}

/** A finding at its place in a manifest. */
export interface Told {
  readonly level: "error" | "warning";
  readonly message: string;
  readonly at: Claim["at"];
  readonly hint?: string | undefined;
  readonly also?: Extract<Claim, { claim: "finding" }>["also"];
}

function finding({ level, message, at, hint, also }: Told): Claim {
  return { claim: "finding", level, message, path: ["paths"], ...(at && { at }), ...(hint && { hint }), ...(also && { also }) };
}

function unread(path: string, index: number): Claim {
  const hint = "paths are relative to the inventory's folder, without ..";
  return { claim: "finding", level: "error", path: ["paths", index], message: `there are no manifests at ${path}`, hint };
}

function nameless(manifests: readonly Manifest[]): readonly Claim[] {
  return manifests
    .filter(({ object }) => nameOf(object).name === "")
    .map((manifest) =>
      finding({
        level: "error",
        message: `${textOf(manifest.object["kind"])} has no name`,
        at: placeIn(manifest, "/metadata"),
        hint: "what is to be applied again needs metadata.name",
      }),
    );
}

function twice(manifests: readonly Manifest[]): readonly Claim[] {
  const first = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const group = textOf(manifest.object["apiVersion"]).replace(/\/?[^/]*$/, "");
    const id = `${group} ${nameOf(manifest.object).kind} ${nameOf(manifest.object).namespace}/${nameOf(manifest.object).name}`;
    const known = first.get(id);
    if (known === undefined) first.set(id, manifest);
    if (known === undefined || JSON.stringify([known.object, known.secrets]) === JSON.stringify([manifest.object, manifest.secrets])) return [];
    const message = `${inWords(manifest.object)} is there twice, and differently`;
    const also = [{ at: placeIn(known, ""), note: "it is there first here" }];
    return [finding({ level: "error", message, at: placeIn(manifest, ""), also, hint: "the one that is applied last would win: leave one of them out" })];
  });
}

const words: Readonly<Record<string, readonly string[]>> = {
  "hlx.io/wait": ["false", "true"],
  "hlx.io/conflicts": ["fail", "take", "yield"],
  "hlx.io/prune": ["disabled"],
};

function oddWords(manifest: Manifest): readonly Claim[] {
  const annotations = recordOf(recordOf(manifest.object["metadata"])["annotations"]);
  return Object.entries(words).flatMap(([name, known]) => {
    if (annotations[name] === undefined || known.includes(String(annotations[name]))) return [];
    const at = placeIn(manifest, `/metadata/annotations/${name.replace("/", "~1")}`);
    return [
      finding({
        level: "error",
        message: `${inWords(manifest.object)} says ${name}: ${String(annotations[name])}`,
        at,
        hint: `known: ${known.map((word) => JSON.stringify(word)).join(", ")}`,
      }),
    ];
  });
}

// Every node takes them, whichever the pod is on.
function nodePorts(manifest: Manifest): readonly Claim[] {
  if (manifest.object["kind"] !== "Service") return [];
  const ports = listOf(recordOf(manifest.object["spec"])["ports"]).map(recordOf);
  return ports.flatMap((port, index) => {
    const number = Number(port["nodePort"]);
    if (port["nodePort"] === undefined || !Number.isInteger(number) || number < 1 || number > 65_535) return [];
    const protocol = port["protocol"] === "UDP" ? "udp" : "tcp";
    return [
      { claim: "port", port: number, protocol, by: inWords(manifest.object), path: ["paths"], at: placeIn(manifest, `/spec/ports/${index}/nodePort`) } as const,
    ];
  });
}

function unpinned(manifest: Manifest): readonly Claim[] {
  const pod = podOf(manifest.object);
  if (pod === undefined) return [];
  const lists = ["initContainers", "containers"].flatMap((list) =>
    listOf(pod.pod[list]).map((one, index) => ({ container: recordOf(one), at: `${pod.at}/${list}/${index}/image` })),
  );
  return lists
    .filter(({ container }) => isFloating(textOf(container["image"])))
    .map(({ container, at }) =>
      finding({
        level: "warning",
        message: `${inWords(manifest.object)} runs ${textOf(container["image"])}, whatever that is when a pod starts`,
        at: placeIn(manifest, at),
        hint: "name a version, or better its digest: image:1.2.3@sha256:…",
      }),
    );
}

function isFloating(image: string): boolean {
  return image !== "" && !image.includes("@sha256:") && (/:(latest|main|master|nightly|edge|stable)$/.test(image) || !/:[^/]+$/.test(image));
}

function inClear(manifest: Manifest): readonly Claim[] {
  if (manifest.object["kind"] !== "Secret") return [];
  const keys = ["data", "stringData"].flatMap((part) => keysInClear(manifest, part));
  const [first, ...more] = keys;
  if (first === undefined) return [];
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  const message = `${inWords(manifest.object)} holds ${first.key}${others} in clear`;
  return [
    finding({
      level: "warning",
      message,
      at: placeIn(manifest, first.at),
      hint: "write !secret NAME under stringData: hlx fills it in when it applies, and never shows it",
    }),
  ];
}

function keysInClear({ object, secrets }: Manifest, part: string): readonly { readonly key: string; readonly at: string }[] {
  const values: Part = recordOf(object[part]);
  return Object.keys(values)
    .map((key) => ({ key, at: `/${part}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}` }))
    .filter(({ key, at }) => textOf(values[key]) !== "" && !Object.hasOwn(secrets, at));
}
