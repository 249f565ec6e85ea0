// Prune, destroy and letting go on a real host, as a user runs them.
import { beforeAll, expect, test } from "vitest";
import { type LabHost, labHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

const role = `import { authorizedKeys, defineRole, directory, file, group, packages, service, user } from "hlx";

const unit = "[Service]\\nExecStart=/bin/sleep infinity\\nExecReload=/bin/sh -c 'ls /etc/kit > /run/kit.loaded'\\n[Install]\\nWantedBy=multi-user.target\\n";
const key = (name) => "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + name.repeat(43) + " " + name;

export default defineRole({
  name: "kit",
  summary: "One of everything.",
  params: { type: "object", properties: { confs: { type: "array", items: { type: "string" } }, keys: { type: "array", items: { type: "string" } } } },
  declare({ params }) {
    const confs = (params.confs ?? []).map((name) => file({ path: "/etc/kit/" + name, content: name + "\\n" }));
    return [
      group({ name: "kit" }),
      user({ name: "kit", group: "kit" }),
      authorizedKeys({ user: "kit", keys: (params.keys ?? []).map(key) }),
      directory({ path: "/etc/kit" }),
      ...confs,
      file({ path: "/etc/motd", content: "kit\\n" }),
      packages(["tree", "bash"]),
      file({ path: "/etc/systemd/system/kit.service", content: unit }),
      service({ unit: "kit", reloadOn: confs }),
    ];
  },
});
`;

let host: LabHost;
let lab: Project;

async function good(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.hlx(...args);
  if (code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

const look =
  "getent passwd kit; getent group kit; ls -d /etc/kit; command -v tree; command -v bash; ls /etc/systemd/system/kit.service; systemctl is-active kit; systemctl is-enabled kit";

function wants(params: string): void {
  lab.write("site.yaml", `- hosts: all\n  roles:\n    - kit: ${params}\n`);
}

beforeAll(async () => {
  host = await labHost();
  lab = project(
    {
      "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ box: host })}`,
      "site.yaml": "- hosts: all\n  roles: []\n",
      "roles/kit/role.ts": role,
    },
    [host],
  );
});

test("what a role no longer declares is removed, and what watched it loads again; a second plan is empty", async () => {
  wants("{ confs: [a, b], keys: [A, B] }");
  await good("apply", "--yes");
  wants("{ confs: [a], keys: [A] }");
  const shown = await good("plan");
  expect(shown).toMatch(/- +box +file:\/etc\/kit\/b .*nothing wants it any more/);
  expect(shown).toMatch(/service:kit#again .*what it watched goes away/);
  expect(shown).toMatch(/- +box +authorized-keys:kit#left/);
  expect(shown).toContain("Plan: 0 to add, 1 to change, 2 to remove.");
  const refused = await lab.hlx("apply", "--yes");
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining("--allow connectivity")]);
  await good("apply", "--yes", "--allow", "connectivity");
  expect(await host.exec("cat /run/kit.loaded; wc -l < /home/kit/.ssh/authorized_keys")).toBe("a\n1\n");
  expect(await good("plan")).toContain("No changes");
  expect(await good("drift")).not.toContain("kit/b");
});

test("rollback of a prune brings it back, and it is planned to go again", async () => {
  const number = /^(\d+) .*--allow connectivity/m.exec(await good("history"))?.[1] ?? "";
  await good("rollback", number, "--yes");
  expect(await host.exec("cat /etc/kit/b; cat /run/kit.loaded; wc -l < /home/kit/.ssh/authorized_keys")).toBe("b\na\nb\n2\n");
  expect(await good("plan")).toContain("2 to remove.");
  await good("apply", "--yes", "--allow", "connectivity");
  expect(await good("plan")).toContain("No changes");
});

test("destroy removes a part although a role wants it, and the next apply makes it anew", async () => {
  await good("destroy", "--target", "box/kit/file:/etc/kit/a", "--yes");
  expect((await host.tryExec("ls /etc/kit")).stdout).toBe("");
  expect(await good("apply", "--yes")).toContain("1 to add");
  const nothing = await lab.hlx("destroy", "--target", "box/kit/file:/etc/motd", "--yes");
  expect(nothing.stdout).toContain("not known to be made by hlx: it stays as it is");
});

test("a role that is taken out of the playbook takes with it what it made, and only that", async () => {
  lab.write("site.yaml", "- hosts: all\n  roles: []\n");
  const shown = await good("plan");
  expect(shown).toContain("box/kit/file:/etc/motd: not known to be made by hlx");
  expect(shown).toMatch(/packages:tree /);
  await good("apply", "--yes", "--allow", "replace,connectivity");
  expect((await host.tryExec(look)).stdout).toMatch(/^\/(usr\/)?bin\/bash\ninactive\n(not-found\n)?$/);
  expect(await host.exec("cat /etc/motd")).toBe("kit\n");
  expect(await good("plan")).toContain("No changes");
  expect(await good("state", "list")).toContain("0 resources recorded");
});

test("what is forgotten stays", async () => {
  wants("{ confs: [a] }");
  await good("apply", "--yes");
  await good("state", "forget", "--host", "box");
  lab.write("site.yaml", "- hosts: all\n  roles: []\n");
  expect(await good("plan")).toContain("No changes");
  expect(await host.exec("cat /etc/kit/a")).toBe("a\n");
});
