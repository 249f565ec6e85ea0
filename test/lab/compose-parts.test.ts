// What a compose file has beside its services, on a real engine: configs, secrets, networks and volumes that change.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { containersOf, healthy, installAround, makeImages, quick } from "./docker-host.ts";
import { containerHost, type LabHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

let host: LabHost;
let lab: Project;

const docker = "{ docker: { from: debian, compose: false } }";

beforeAll(async () => {
  host = await containerHost();
  await installAround(host);
  lab = project(
    {
      "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ ocean: host })}`,
      "site.yaml": `- hosts: all\n  roles: [${docker}]\n`,
    },
    [host],
  );
  expect(await hlx("apply", "--yes")).toEqual({ code: 0, said: expect.any(String) });
  await makeImages(host);
  site("parts: { env: { TOKEN: !secret demo.token } }");
}, 600_000);

function site(stacks: string, more = ""): void {
  lab.write("site.yaml", `- hosts: all\n  roles: [${docker}, { compose: { root: /srv/stacks, wait: 20, ${more}stacks: { ${stacks} } } }]\n`);
}

const secret = "p'a\"ss$word\\x";

// Debian's perl makes what htpasswd would (crypt(5), bcrypt). The image gets there with a login that is forgotten again.
const privateRegistry = `set -e; password=$(echo ${Buffer.from(secret).toString("base64")} | base64 -d)
mkdir -p /srv/private && cd /srv/private
printf 'ops:%s\n' "$(printf %s "$password" | perl -e 'print crypt(<STDIN>, q($2y$05$abcdefghijklmnopqrstuu))')" > users
cat > config.yml <<'END'
version: 0.1
storage: { filesystem: { rootdirectory: /srv/private/data } }
http: { addr: "127.0.0.1:5001" }
auth: { htpasswd: { realm: private, path: /srv/private/users } }
END
systemd-run --unit private-registry --quiet docker-registry serve /srv/private/config.yml
until bash -c ': </dev/tcp/127.0.0.1/5001' 2>/dev/null; do sleep 0.2; done
printf %s "$password" | docker --config /srv/private login -u ops --password-stdin 127.0.0.1:5001 >/dev/null 2>&1
docker tag app:1.0 127.0.0.1:5001/app:stable && docker --config /srv/private push -q 127.0.0.1:5001/app:stable
rm /srv/private/config.json`;

async function hlx(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const { code, stdout, stderr } = await lab.start(args, { env: { HLX_SECRET_DEMO_TOKEN: secret } }).ended;
  return { code, said: `${stdout}${stderr}` };
}

describe("what a stack has beside its services", { timeout: 180_000 }, () => {
  const parts = ({ site = "one", subnet = "172.30.5.0/24", health = "test -e /healthy", type = "tmpfs" } = {}): string => `services:
  web: { image: "app:1.0", ${quick}, restart: always, networks: [own], configs: [site], secrets: [key], volumes: ["/kept"], healthcheck: { test: "${health}", interval: 1s, retries: 2 } }
  side: { image: "app:1.0", ${healthy}, networks: [own] }
  away: { image: "app:1.0", ${healthy}, volumes: ["data:/data"] }
configs: { site: { content: ${site} } }
secrets: { key: { environment: TOKEN } }
networks: { own: { ipam: { config: [{ subnet: ${subnet} }] } } }
volumes: { data: { driver_opts: { type: ${type}, device: ${type} } } }
`;
  const given = () => host.exec("docker exec -u 65534 parts-web-1 cat /site /run/secrets/key");
  const subnet = () => host.exec("docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' parts_own");
  const write = (text: string) => lab.write("stacks/parts/compose.yaml", text);

  test("a config that stands in the file and a secret of a variable: who gets them sees what changes", async () => {
    write(parts());
    expect(await hlx("apply", "--yes")).toEqual({ code: 0, said: expect.any(String) });
    expect(await given()).toBe(`one${secret}`);
    expect((await hlx("plan")).said).toContain("No changes");
    const before = await containersOf(host);
    write(parts({ site: "two" }));
    expect(await hlx("apply", "--yes")).toEqual({ code: 0, said: expect.any(String) });
    expect(await given()).toBe(`two${secret}`);
    expect((await containersOf(host))["parts-side-1"]).toEqual(before["parts-side-1"]);
  });

  test("a network with another definition is made anew with what is in it, never with others in it, and comes back when that fails", async () => {
    await host.exec("docker exec parts-web-1 busybox touch /kept/x && docker run -d --name squatter --network parts_own app:1.0");
    write(parts({ site: "two", subnet: "172.30.6.0/24" }));
    expect((await hlx("plan")).said).toMatch(/network:parts_own[\s\S]*replace/);
    const before = await containersOf(host);
    const replacing = () => hlx("apply", "--yes", "--allow", "replace");
    expect(await replacing()).toEqual({ code: 3, said: expect.stringContaining("squatter is in it, which stays as it is; nothing was touched") });
    expect(await containersOf(host)).toEqual(before);
    await host.exec("docker rm -f squatter");
    write(parts({ site: "two", subnet: "172.30.6.0/24", health: "false" }));
    expect(await replacing()).toEqual({ code: 3, said: expect.stringContaining("it is unhealthy") });
    expect(await subnet()).toBe("172.30.5.0/24\n");
    write(parts({ site: "two", subnet: "172.30.6.0/24" }));
    expect(await replacing()).toEqual({ code: 0, said: expect.any(String) });
    expect(await subnet()).toBe("172.30.6.0/24\n");
    expect(await host.exec("docker exec parts-web-1 busybox ls /kept")).toBe("x\n");
    expect((await containersOf(host))["parts-away-1"]).toEqual(before["parts-away-1"]);
    expect((await hlx("plan")).said).toContain("No changes");
  });

  test("a volume with another definition is refused: its data would be lost", async () => {
    write(parts({ site: "two", subnet: "172.30.6.0/24", type: "ramfs" }));
    expect((await hlx("plan")).said).toContain("the volume parts_data of stack parts is not what its file says");
  });

  test("a file that the folder has no more goes, one that hlx did not write stays, and it comes back when the update fails", async () => {
    const compose = (health: string) => parts({ site: "two", subnet: "172.30.6.0/24", health });
    write(compose("test -e /healthy"));
    lab.write("stacks/parts/sub/old.conf", "old\n");
    expect(await hlx("apply", "--yes")).toEqual({ code: 0, said: expect.any(String) });
    await host.exec("touch /srv/stacks/parts/mine");
    rmSync(join(lab.folder, "stacks/parts/sub"), { recursive: true });
    write(compose("false"));
    expect(await hlx("apply", "--yes")).toEqual({ code: 3, said: expect.stringContaining("it is unhealthy") });
    expect(await host.exec("cat /srv/stacks/parts/sub/old.conf")).toBe("old\n");
    write(compose("test -e /healthy"));
    expect((await hlx("plan")).said).toContain("hlx wrote it, and the stack has it no more");
    expect(await hlx("apply", "--yes")).toEqual({ code: 0, said: expect.any(String) });
    expect(await host.exec("ls /srv/stacks/parts")).toBe("compose.yaml\nmine\n");
    expect((await hlx("plan")).said).toContain("No changes");
  });

  test("a registry that wants a login: which one is missing is said, and with it the registry is asked", async () => {
    await host.exec(privateRegistry);
    site(`parts: { env: { TOKEN: !secret demo.token } }, private: { pull: digest }`);
    lab.write("stacks/private/compose.yaml", `services: { app: { image: "127.0.0.1:5001/app:stable", ${healthy} } }\n`);
    expect((await hlx("images")).said).toContain(
      "the registry 127.0.0.1:5001 wants a login, or has no such image; root's Docker client on the host has no login there",
    );
    expect(await hlx("apply", "--yes")).toEqual({ code: 0, said: expect.any(String) });
    expect((await hlx("plan")).said).toContain("127.0.0.1:5001/app:stable: the registry 127.0.0.1:5001 wants a login");
    site(
      "parts: { env: { TOKEN: !secret demo.token } }, private: { pull: digest }",
      "logins: { '127.0.0.1:5001': { username: ops, password: !secret demo.token } }, ",
    );
    expect(await hlx("apply", "--yes")).toEqual({ code: 0, said: expect.any(String) });
    const { said } = await hlx("images", "--image", "127.0.0.1:5001/app:stable");
    expect(said).toMatch(/not locked +127\.0\.0\.1:5001\/app:stable +– +[0-9a-f]{12}/);
    expect((await hlx("plan")).said).toContain("No changes");
  });

  test("with the engine stopped and its socket gone nobody takes the stack for gone", async () => {
    lab.write("site.yaml", `- hosts: all\n  roles: [{ compose: { root: /srv/stacks, stacks: {} } }]\n`);
    await host.exec("systemctl stop docker.socket docker.service; rm -f /run/docker.sock");
    expect((await hlx("plan")).said).toMatch(/stack:parts[\s\S]*no Docker engine answers on ocean/);
  });
});
