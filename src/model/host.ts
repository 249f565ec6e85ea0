// Hosts, groups and variables as the engine and roles see them.

import type { Json, JsonObject } from "../lib/json.ts";
import type { Path } from "./documents/document.ts";
import type { Finding } from "./finding.ts";
import type { LiveSource } from "./live.ts";
import type { SecretSources } from "./ports/secrets.ts";
import type { Position } from "./problem.ts";
import type { SecretRef } from "./text.ts";

/** How a host is logged in to. What is undefined is asked of ~/.ssh/config, then defaults. */
export interface Login {
  /** The connection's name in the registry: "ssh", "openssh", "local", "container". */
  readonly connection: string;
  /** Address or name to connect to; for "container" the container's name. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly keyFile?: string;
  /** The hosts to jump through, in the order of travel: `user@host:port`, with commas between. */
  readonly jump?: string;
  readonly password?: SecretRef;
  /** Become root after login; ignored when the login is root. Default true. */
  readonly become: boolean;
  /** What becomes root; default sudo. su asks for root's password, and without a terminal doas can ask for none. */
  readonly becomeWith?: "sudo" | "su" | "doas";
  readonly becomePassword?: SecretRef;
  /** The twin this container must belong to; a host without that marker is refused. */
  readonly twin?: string;
  /** Of a twin: the SHA-256 fingerprint of the double that stands for its Proxmox API, the only one that may be asked for it. */
  readonly double?: string;
}

/** A variable with where it came from. `lost` are the layers that were overruled, strongest first. */
export interface Sourced {
  readonly value: Json;
  /** "host", "group web", "defaults", "-e" … */
  readonly layer: string;
  readonly at?: Position;
  /** Came out of a vault: people see it only where they ask for values as JSON. */
  readonly secret?: boolean;
  readonly lost: readonly { readonly value: Json; readonly layer: string; readonly at?: Position }[];
}

export interface Host {
  readonly name: string;
  readonly login: Login;
  /** All groups it is in, parents included, without "all"; sorted by name. */
  readonly groups: readonly string[];
  /** Network name to address: `{ lan: "192.168.1.2" }`. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly mac?: string;
  /** Further names of it, in the domains of its networks. */
  readonly aliases?: readonly string[];
  /** Every variable; values are data and never evaluated. A null-prototype object. */
  readonly vars: Readonly<Record<string, Json>>;
  /** The same variables with where each came from. */
  readonly sources: Readonly<Record<string, Sourced>>;
  readonly at?: Position;
  /** It is in no file: a source lists it, and may not list it the next time. */
  readonly live?: true;
}

/** A host of which no more is known than how it is logged in to. */
export function bareHost(name: string, login: Login): Host {
  return { name, login, groups: [], addresses: {}, vars: {}, sources: {} };
}

export interface Group {
  readonly name: string;
  /** Every host in it or below it, in inventory order. */
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  /** The hosts that the group itself names; where it is left out, those that are in no child. */
  readonly own?: readonly string[];
}

/** A named thing with an address that is never logged in to: a router, a virtual address. */
export interface Device {
  readonly name: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly mac?: string;
  /** Further names of it, in the domains of its networks. */
  readonly aliases?: readonly string[];
}

/** One record of a network's domain beside those of its hosts and devices. */
export interface NetworkRecord {
  /** Relative to the domain: "www", "*", "_ldap._tcp"; "@" is the domain itself. */
  readonly name: string;
  /** "A", "MX", "TXT" … */
  readonly type: string;
  /** As in a zone file; names in it that have no last dot are relative to the domain. */
  readonly data: string;
  /** Seconds; the zone's default where it is left out. */
  readonly ttl?: number;
  /** The host or device whose address it is. */
  readonly to?: string;
  /** Where it stands in the inventory. */
  readonly path: Path;
}

export interface Network {
  readonly name: string;
  /** `192.168.1.0/24`, host bits zero. */
  readonly cidr: string;
  readonly gateway?: string;
  /** The Proxmox nodes' bridge into it. */
  readonly bridge?: string;
  readonly domain?: string;
  readonly dns: readonly string[];
  /** Inclusive ranges of addresses: `{ dhcp: { from, to } }`. */
  readonly ranges: Readonly<Record<string, { readonly from: string; readonly to: string }>>;
  /** Records of its domain beside those of its hosts and devices; in the file's order. */
  readonly records?: readonly NetworkRecord[];
}

/** Everything that the inventory files say, read and checked. */
export interface Inventory {
  readonly format: 1;
  /** Folder of the first source, absolute: other paths are relative to it. */
  readonly folder: string;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
  /** The groups right below "all"; where it is left out, those that are below no other. */
  readonly top?: readonly string[];
  readonly devices: ReadonlyMap<string, Device>;
  readonly networks: ReadonlyMap<string, Network>;
  /** Guest images by name, as written: template, url, sha256, sha512, storage. */
  readonly images?: ReadonlyMap<string, JsonObject>;
  /** The playbook it names, absolute. */
  readonly playbook?: string;
  /** Where it says that secrets are; files absolute. */
  readonly secrets?: SecretSources;
  /** Values of secrets that the inventory itself holds, by the name that references to them have. */
  readonly secretValues?: ReadonlyMap<string, string>;
  /** What is asked for further hosts at each run. */
  readonly sources?: readonly LiveSource[];
  /** They were not asked: hosts and groups may be missing. */
  readonly unasked?: true;
  /** What is odd but no error: shown as warnings. */
  readonly warnings: readonly Omit<Finding, "level">[];
  /** Where a path such as `["hosts", "ocean", "lan"]` stands, where that is known. */
  at?(path: Path): Position | undefined;
  /** Host names that the pattern selects, in inventory order. Throws ProblemError on a pattern that is empty, malformed or matches nothing; nothing is an answer where only a source can know. */
  select(pattern: string): readonly string[];
}
