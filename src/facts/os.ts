// Which distribution runs there: os-release(5), read as data, never sourced.
import type { Facts } from "../model/facts.ts";
import { type Fact, matching, printable } from "./fact.ts";

const identifier = /^[a-z0-9._-]{0,64}$/;

export const os: Fact<Facts["os"]> = {
  script: "cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null",
  parse: (output) => {
    const fields = fieldsOf(output);
    const field = (name: string): string => fields.get(name) ?? "";
    const id = matching(field("ID") || "linux", identifier);
    const like = field("ID_LIKE").split(" ").filter(Boolean).slice(0, 16);
    const parts: Facts["os"] = {
      id,
      versionId: matching(field("VERSION_ID").toLowerCase(), identifier),
      codename: matching((field("VERSION_CODENAME") || field("UBUNTU_CODENAME")).toLowerCase(), identifier),
      name: printable(field("PRETTY_NAME") || field("NAME") || id),
      like: Object.freeze(like.map((name) => matching(name, identifier))),
    };
    return Object.freeze(Object.assign(Object.create(null), parts));
  },
};

function fieldsOf(output: string): ReadonlyMap<string, string> {
  const assignments = output
    .slice(0, 64 * 1024)
    .split("\n")
    .map((line) => /^([A-Z0-9_]+)=(.*)$/.exec(line.trim()));
  return new Map(assignments.flatMap((found) => (found === null ? [] : [[found[1] ?? "", unquoted(found[2] ?? "")]])));
}

function unquoted(value: string): string {
  const [, inner] = /^"(.*)"$/.exec(value) ?? /^'(.*)'$/.exec(value) ?? [];
  return (inner ?? value).replaceAll(/\\([$"`\\'])/g, "$1");
}
