// Ansible's connection variables become a login; passwords are references, whose values the inventory keeps apart.
import { describe, expect, test } from "vitest";
import { sshArgs } from "../../../src/inventory/ansible/ssh-args.ts";
import type { Login } from "../../../src/model/host.ts";
import { load } from "./files.ts";

const logins: readonly (readonly [line: string, login: Partial<Login>])[] = [
  ["h", { connection: "ssh", address: "h", become: true }],
  ["h ansible_host=10.0.0.1 ansible_port=2222 ansible_user=jim", { address: "10.0.0.1", port: 2222, user: "jim" }],
  ["h ansible_ssh_host=a ansible_ssh_port='22' ansible_ssh_user=b", { address: "a", port: 22, user: "b" }],
  ["h ansible_ssh_private_key_file=~/.ssh/lab", { keyFile: "~/.ssh/lab" }],
  ["h ansible_ssh_private_key_file=/k", { keyFile: "/k" }],
  ["h ansible_connection=local", { connection: "local" }],
  ["h ansible_connection=community.docker.docker ansible_host=box", { connection: "container", address: "box" }],
  ["h ansible_become=no", { become: false }],
  ["h ansible_become=false", { become: false }],
  ["h ansible_become=True", { become: true }],
  ["h ansible_become_method=community.general.doas", { becomeWith: "doas" }],
  ["h ansible_password=geheim", { password: { secret: "inventory/h/ansible_password" } }],
  ["h ansible_become_pass=geheim", { becomePassword: { secret: "inventory/h/ansible_become_pass" } }],
  ["h ansible_ssh_common_args='-J jim@b1:22,b2 -p 44'", { jump: "jim@b1:22,b2", port: 44 }],
  ["h ansible_ssh_common_args='-o ProxyJump=b' ansible_port=5", { jump: "b", port: 5 }],
];

describe("a login", () => {
  test.each(logins)("%s", async (line, login) => expect((await load({ h: line })).hosts.get("h")?.login).toMatchObject(login));
  test("has no password that is an expression", async () => {
    const inventory = await load({ h: "h ansible_password='{{ vault }}'" });
    expect(inventory.hosts.get("h")?.login.password).toBeUndefined();
  });
  test("keeps the value of its password apart", async () => {
    const inventory = await load({ h: "h ansible_password=geheim" });
    expect(inventory.secretValues?.get("inventory/h/ansible_password")).toBe("geheim");
    expect(JSON.stringify(inventory.hosts.get("h")?.login)).not.toContain("geheim");
  });
});

const args: readonly (readonly [text: string, means: object])[] = [
  ['-o ProxyCommand="ssh -W %h:%p -q jim@b"', { jump: "jim@b", ignored: [] }],
  ['-o ProxyCommand="ssh -p 44 -l jim -W %h:%p b"', { jump: "jim@b:44", ignored: [] }],
  ['-oProxyCommand="ssh -o StrictHostKeyChecking=no -W [%h]:%p b"', { jump: "b", ignored: [] }],
  ['-o ProxyCommand="nc -X 5 %h %p"', { ignored: ["-o ProxyCommand=nc -X 5 %h %p"] }],
  ['-o ProxyCommand="ssh -F other -W %h:%p b"', { ignored: ["-o ProxyCommand=ssh -F other -W %h:%p b"] }],
  ["-i key -l jim -C", { keyFile: "key", user: "jim", ignored: ["-C"] }],
  ["-o 'User jim' -oPort=7", { user: "jim", port: 7, ignored: [] }],
  ["-J a -J b", { jump: "a", ignored: [] }],
];

describe("options for ssh", () => {
  test.each(args)("%s", (text, means) => expect(sshArgs(text)).toEqual(means));
  test("with an open quote are none", () => expect(sshArgs("-o 'x")).toBeUndefined());
});
