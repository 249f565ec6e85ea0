// A guest that only its cluster knows is a host: reached, changed, and remembered while the cluster does not list it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, type Project, project } from "./project.ts";

let host: LabHost;
let double: Double;
let lab: Project;

beforeAll(async () => {
  [host, double] = await Promise.all([labHost(), proxmoxDouble()]);
  const proxmox = `{ port: ${double.port}, token: !secret proxmox.token, fingerprint: "${double.fingerprint}" }`;
  const login = `port: ${host.port}, user: ${host.user}, key: ${host.keyFile}`;
  lab = project(
    {
      "inventory.yaml": `format: 1\nplaybook: site.yaml\nsources: [{ proxmox: pve1 }]\ngroups:\n  shops: { hosts: tag_prod, ${login} }\nhosts:\n  pve1: { address: localhost, proxmox: ${proxmox} }\n`,
      "site.yaml": "- hosts: tag_prod\n  roles: [note]\n",
      "roles/note/role.ts": `import { defineRole, file } from "hlx";
export default defineRole({ name: "note", summary: "One file.", params: { type: "object", additionalProperties: false, properties: {} }, declare: ({ host }) => [file({ path: "/etc/hlx-note", content: host.groups.join(" ") + "\\n" })] });\n`,
    },
    [host],
  );
  const config = { name: "web", tags: "prod", ipconfig0: `ip=${host.address}/24` };
  double.guests.set(101, { node: "pve1", running: true, pending: {}, config });
}, 120_000);
afterAll(() => double.stop());

const hlx = (...args: readonly string[]): Promise<HlxRun> => lab.start(args, { env: { HLX_SECRET_PROXMOX_TOKEN: double.token } }).ended;

test("applied by a group of its cluster; not listed, it is not gone; listed again, nothing is left to do", async () => {
  expect(await hlx("apply", "--limit", "tag_prod", "--yes")).toMatchObject({ code: 0, stdout: expect.stringContaining("web") });
  expect(await host.exec("cat /etc/hlx-note")).toBe("node_pve1 shops status_running tag_prod\n");
  Object.assign(double.guests.get(101) ?? {}, { running: false });
  const without = await hlx("plan", "--limit", "all:!pve1");
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining("matches 0 of 1 hosts") });
  expect((await hlx("state", "list")).stdout).toContain("web/note/file:/etc/hlx-note");
  Object.assign(double.guests.get(101) ?? {}, { running: true });
  expect(await hlx("plan", "--limit", "web", "--detailed-exitcode")).toMatchObject({ code: 0 });
  expect(await hlx("drift", "--limit", "tag_prod")).toMatchObject({ code: 0 });
  expect(double.writes).toEqual([]);
});
