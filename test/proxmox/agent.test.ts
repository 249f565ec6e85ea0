// Host keys of guests: read by their agents over the API, and written down as ssh would write them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { judge } from "../../src/connections/ssh/known-hosts.ts";
import { readKnownHosts } from "../../src/connections/ssh/known-hosts-file.ts";
import { isKnown, learnKeys } from "../../src/connections/ssh/learn.ts";
import type { SshTarget } from "../../src/connections/ssh/target.ts";
import { proxmoxVmKind as kind } from "../../src/resources/proxmox-vm.ts";
import { converge, double, endpoint, useDouble, wanted } from "./bench.ts";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";
const other = "AAAAC3NzaC1lZDI1NTE5AAAAIEJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC";
const file = "/etc/ssh/ssh_host_ed25519_key.pub";

describe("the agent of a guest", () => {
  useDouble();
  beforeEach(async () => {
    await converge(wanted());
  });
  const told = (more = {}) => kind.hostKeys?.(wanted(more), { proxmox: endpoint.reader });

  test("tells its keys, and only what is one", async () => {
    double.agents.set(514, { silent: 0, files: { [file]: `ssh-ed25519 ${key} root@kube514\n`, "/etc/ssh/ssh_host_rsa_key.pub": "ssh-rsa $(id)\n" } });
    expect(await told()).toEqual({ known: "keys", keys: [`ssh-ed25519 ${key}`] });
  });
  test("that does not answer yet is waited for", async () => {
    double.agents.set(514, { silent: 3, files: { [file]: `ssh-ed25519 ${key}\n` } });
    expect(await told()).toEqual({ known: "not yet", waitsFor: "the guest agent of 514" });
    expect(await told()).toMatchObject({ known: "keys" });
  });
  test("that answers before the keys are made is waited for", async () => {
    double.agents.set(514, { silent: 0, files: {} });
    expect(await told()).toEqual({ known: "not yet", waitsFor: "the host keys of guest 514" });
  });
  test("that is not there tells nothing", async () => {
    await converge(wanted({ agent: false }));
    expect(await told()).toEqual({ known: "never", because: "guest 514 has no agent" });
  });
});

describe("keys that are vouched for", () => {
  const folder = mkdtempSync(join(tmpdir(), "hlx-learn-"));
  const known = join(folder, "known_hosts");
  const target = { name: "kube514", address: "192.168.1.57", port: 22, user: "debian", keyFiles: [], onlyKeyFiles: false, knownHosts: [known] } as SshTarget;
  const blob = Buffer.from(key, "base64");
  const verdict = async () => judge((await readKnownHosts([known])).entries, { host: target.address, port: 22 }, blob).verdict;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => writeFileSync(known, "dns01 ssh-ed25519 AAAA\n"));

  test("make a host known that was not", async () => {
    expect(await isKnown(target)).toBe(false);
    expect(await learnKeys(target, [`ssh-ed25519 ${key}`], { replacing: false })).toBe(true);
    expect([await isKnown(target), await verdict()]).toEqual([true, "known"]);
    expect(await learnKeys(target, [`ssh-ed25519 ${key}`], { replacing: false })).toBe(false);
  });
  test("are not needed where its name has one", async () => {
    writeFileSync(known, `kube514 ssh-ed25519 ${key}\n`);
    expect(await isKnown(target)).toBe(true);
  });
  test("take the place of a machine's that is no more, and of no other's", async () => {
    await learnKeys(target, [`ssh-ed25519 ${other}`], { replacing: false });
    expect(await verdict()).toBe("changed");
    await learnKeys(target, [`ssh-ed25519 ${key}`], { replacing: true });
    expect(await verdict()).toBe("known");
    expect(readFileSync(known, "utf8")).toBe(`dns01 ssh-ed25519 AAAA\n192.168.1.57 ssh-ed25519 ${key}\n`);
  });
});
