// An import as text: inventory.yaml and site.yaml, one line a host.
import { Document, isMap, isPair, isScalar, Scalar, visit } from "yaml";
import type { Json } from "../lib/json.ts";
import type { Imported } from "./inventory.ts";

/** The files by name. */
export function filesOf({ inventory, roles, host }: Imported): ReadonlyMap<string, string> {
  const plays = [{ hosts: host, roles: Object.entries(roles).map(([role, params]) => ({ [role]: params })) }];
  return new Map([
    ["inventory.yaml", yamlText(inventory, 2)],
    ["site.yaml", yamlText(plays, 7)],
  ]);
}

// Below that depth everything is one line.
function yamlText(value: Json, depth: number): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    // A MAC of digits alone would be a number to some readers.
    Pair: (_, { key, value: inner }) => {
      if (isScalar(key) && key.value === "mac" && isScalar(inner)) inner.type = "QUOTE_DOUBLE";
    },
    Collection: (_, node, path) => {
      const secret = isMap(node) && node.items.length === 1 ? node.get("secret") : undefined;
      if (typeof secret === "string") return tagged(secret);
      if (path.filter((one) => !isPair(one)).length > depth || (!isMap(node) && node.items.every(isScalar))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

// `!secret NAME`, as people write it.
function tagged(secret: string): Scalar {
  return Object.assign(new Scalar(secret), { tag: "!secret" });
}
