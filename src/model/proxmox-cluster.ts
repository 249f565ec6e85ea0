// From the inventory's nodes to how their cluster is reached: one login, and every node that can be recognised.
import { isRecord } from "../lib/json.ts";
import type { Host } from "./host.ts";
import type { ProxmoxCluster, ProxmoxNode } from "./ports/proxmox.ts";
import { ProblemError } from "./problem.ts";
import { isSecretRef } from "./text.ts";

type Hosts = ReadonlyMap<string, Host>;
type Settings = Readonly<Record<string, unknown>>;

/** Does the inventory say how to ask this host's Proxmox API? */
export function isProxmoxNode({ vars }: Host): boolean {
  const { token, password } = settingsOf(vars);
  return isSecretRef(token) || isSecretRef(password);
}

/**
 * The cluster that a node belongs to, asked through the node itself. A node that nothing says how to recognise is asked through another one of its cluster:
 * whichever has the same token, since a token belongs to one cluster. Throws ProblemError (input) when there is no such node or no login.
 */
export function proxmoxClusterOf(node: string, { hosts }: { readonly hosts: Hosts }): ProxmoxCluster {
  const host = hosts.get(node);
  const settings = settingsOf(host?.vars);
  const login = loginOf(settings);
  if (host === undefined || login === undefined) throw noLogin(node);
  const others = proxmoxNodesOf(node, { hosts }).filter((other) => other !== host);
  const ca = typeof settings["ca"] === "string" ? { ca: settings["ca"] } : {};
  const all = [host, ...others].map(nodeOf);
  const [first = nodeOf(host), ...also] = all.filter(({ fingerprint }) => fingerprint !== undefined || "ca" in ca);
  return { ...first, ...login, ...ca, ...(also.length === 0 ? {} : { also }) };
}

/** The nodes of the inventory that are in one cluster with this one, itself among them: those with the same token. */
export function proxmoxNodesOf(node: string, { hosts }: { readonly hosts: Hosts }): readonly Host[] {
  const host = hosts.get(node);
  const settings = settingsOf(host?.vars);
  return [...hosts.values()].filter((other) => other === host || isSameToken(settingsOf(other.vars), settings));
}

/** PCI devices that a node gives to guests (`proxmox.pci`), by the name of their mapping. */
export function proxmoxDevicesOf({ vars }: Pick<Host, "vars">): ReadonlyMap<string, string> {
  const { pci } = settingsOf(vars);
  return new Map(Object.entries(isRecord(pci) ? pci : {}).map(([name, address]) => [name, String(address)]));
}

function settingsOf(vars: Host["vars"] | undefined): Settings {
  const settings = vars?.["proxmox"];
  return isRecord(settings) ? settings : {};
}

function loginOf({ token, user, password }: Settings) {
  if (isSecretRef(token)) return { token };
  return typeof user === "string" && isSecretRef(password) ? { user, password } : undefined;
}

function isSameToken({ token: one }: Settings, { token: other }: Settings): boolean {
  return isSecretRef(one) && isSecretRef(other) && one.secret === other.secret;
}

function nodeOf({ login, vars }: Host): ProxmoxNode {
  const { address = login.address, port = 8006, fingerprint } = settingsOf(vars);
  return { server: `${String(address)}:${Number(port)}`, ...(typeof fingerprint === "string" ? { fingerprint } : {}) };
}

function noLogin(node: string): ProblemError {
  return new ProblemError({
    code: "input",
    message: `the Proxmox node ${node} has no API token: write proxmox: { token: !secret NAME } for it or its group`,
    hint: "on the node: pveum user token add USER@REALM hlx --privsep 0; or proxmox: { user: root@pam, password: !secret NAME }",
  });
}
