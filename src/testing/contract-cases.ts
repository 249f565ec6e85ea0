// Desired states for the contract, hostile names among them: files below one folder, accounts and units with names of their own.
import type { Resource } from "../model/resource.ts";
import { text } from "../model/text.ts";
import { authorizedKeys } from "../resources/authorized-keys.ts";
import { bindRecords } from "../resources/bind-records.ts";
import { bindZone } from "../resources/bind-zone.ts";
import { command } from "../resources/command.ts";
import { directory } from "../resources/directory.ts";
import { file } from "../resources/file.ts";
import { group } from "../resources/group.ts";
import { packages } from "../resources/packages.ts";
import { service } from "../resources/service.ts";
import { user } from "../resources/user.ts";
import type { ContractCase } from "./contract.ts";

/** Names that shells, options and globs would like to understand. */
export const hostileNames = [
  "plain.conf",
  "with space",
  "new\nline",
  "$(touch pwned)",
  "`id`",
  ";id",
  "-rf",
  "*",
  "quo'te\"s",
  "back\\slash",
  "ünïcode ☃",
  " leading and trailing ",
  "%s%n",
  "{{1+1}}",
  "&& reboot",
  "|tee",
  "!x",
  "~root",
  "n".repeat(200),
];

interface Where {
  /** A folder that is there and may be filled. */
  readonly folder: string;
  readonly owner: string;
  readonly group: string;
}

/** Cases that need no root: files, directories, commands. */
export function pathCases({ folder, ...owners }: Where): readonly ContractCase[] {
  const at = (name: string): string => `${folder}/${name}`;
  return [
    ...hostileNames.map((name) => caseOf(`named ${JSON.stringify(name)}`, file({ path: at(name), content: `${name}\n`, ...owners }))),
    caseOf("empty", file({ path: at("empty"), content: "", ...owners })),
    caseOf("with a secret", file({ path: at("secret"), content: ["password=", { secret: "canary" }, "\n"], mode: "0600", ...owners })),
    caseOf("long", file({ path: at("long"), content: "long line ".repeat(30_000), ...owners })),
    caseOf("without a newline at its end, in many scripts", file({ path: at("odd"), content: "żółw\t\r\n$HOME `id` \\ 'x'", mode: "0640", ...owners })),
    caseOf(
      "validated and guarded",
      file({ path: at("checked"), content: "ok\n", validate: ["grep", "-q", "ok", "%s"], guard: ["grep", "-q", "ok", at("checked")], ...owners }),
    ),
    ...hostileNames.map((name) => caseOf(`named ${JSON.stringify(name)}`, directory({ path: at(`d ${name}`), mode: "0750", ...owners }))),
    caseOf("with a set-group bit", directory({ path: at("setgid"), mode: "2775", ...owners })),
    caseOf(
      "hostile argument",
      command({ name: "touch a hostile name", script: 'touch -- "$1"', args: [at("made; by 'command'")], creates: at("made; by 'command'") }),
    ),
    caseOf(
      "unless and onlyIf, secrets on standard input",
      command({
        name: "write a secret",
        script: 'cat > "$1"',
        args: [at("piped")],
        unless: '[ -s "$1" ]',
        onlyIf: '[ -d "${1%/*}" ]',
        stdin: text({ secret: "canary" }),
      }),
    ),
    caseOf("detached", command({ name: "take long", script: 'sleep 0.1; echo done > "$1"', args: [at("slow")], creates: at("slow"), deadlineMs: 60_000 })),
  ];
}

/** Cases that need root. */
export const accountCases: readonly ContractCase[] = [
  caseOf("with a number", group({ name: "hlx-contract", gid: 4711 })),
  caseOf("a system group", group({ name: "hlx.contract_s", system: true })),
  caseOf("with defaults", user({ name: "hlx-plain" })),
  caseOf(
    "with everything",
    user({
      name: "hlx-full",
      uid: 4712,
      group: "users",
      groups: ["adm", "audio"],
      shell: "/bin/sh",
      home: "/srv/hlx full",
      comment: "$(id); \"quoted\" 'name'",
      password: "$6$abcdefgh$AMQzLWSYyz3Ro9RkmCQ.2SBNaWCTxGZbMyxGjpv3LJdWh6DvK4mgFWQqEn0N0cvZp2JqdMoqqjeJ9gWGW9s7f1",
    }),
  ),
  caseOf("a system account", user({ name: "hlx-system", system: true, shell: "/usr/sbin/nologin" })),
];

const keys = [
  'from="10.0.0.0/8",command="echo \\"a b\\"" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB $(id) `x`',
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC second@example",
];

/** Cases of an account that must be there. */
export function keyCases(account: string): readonly ContractCase[] {
  return [
    caseOf("two keys beside foreign ones", authorizedKeys({ user: account, keys })),
    caseOf("one key alone", authorizedKeys({ user: account, keys: keys.slice(0, 1), exclusive: true })),
  ];
}

/** Cases that need apt and its mirrors: small packages that nothing depends on. */
export const packageCases: readonly ContractCase[] = [caseOf("two small ones", packages(["hello", "tree"]))];

/** Cases of a systemd unit that is there, enabled and running. */
export function serviceCases(unit: string): readonly ContractCase[] {
  return [
    caseOf("running and enabled", service({ unit })),
    caseOf("stopped, not enabled", service({ unit: `${unit}.service`, running: false, enabled: false })),
  ];
}

const soa = { mname: "ns.hlx.test", rname: "hostmaster.hlx.test", refresh: 3600, retry: 900, expire: 604_800, minimum: 300 };

/** Cases of a host with BIND; the zone takes updates and is there. */
export function zoneCases(dynamic: string): readonly ContractCase[] {
  const records = [
    { name: "@", type: "NS", data: "ns" },
    { name: "ns", type: "A", data: "192.0.2.1" },
    { name: "*", type: "AAAA", data: "2001:DB8::0001" },
    { name: "alias", type: "CNAME", data: "NS" },
    { name: "txt", type: "TXT", data: 'say "hi"; $(id) \\ ☃', ttl: 60 },
    { name: "_sip._tcp", type: "SRV", data: "0 5 5060 ns" },
    { name: "key", type: "SSHFP", data: "4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789" },
    { name: "ca", type: "CAA", data: "0 issue letsencrypt.org" },
  ];
  return [
    caseOf("of many types", bindZone({ zone: "hlx.test", soa, records })),
    caseOf(
      "with its serial by epoch",
      bindZone({ zone: "2.0.192.in-addr.arpa", soa, serial: "epoch", records: [{ name: "@", type: "NS", data: "ns.hlx.test." }] }),
    ),
    caseOf(
      "in a zone of others",
      bindRecords({ zone: dynamic, records: records.slice(2).map((record) => ({ ...record, name: `hlx-${record.name.replace("*", "star")}` })) }),
    ),
  ];
}

function caseOf(name: string, { kind, desired }: Resource): ContractCase {
  return { kind, name, desired };
}
