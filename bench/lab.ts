// The bench's hosts: systemd containers of the lab, with Python inside where a peer needs it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { admit } from "../src/lab/admit.ts";
import { type Engine, engineRun, engineTry, ensureEngine, leaveEngine } from "../src/lab/engine.ts";
import { hostKeysOf, removeHosts, startHost } from "../src/lab/hosts.ts";
import { ensureImage } from "../src/lab/image.ts";
import type { Target } from "./tools/tool.ts";
import { hostScript } from "./workload.ts";

export interface BenchHost extends Target {
  /** Its public keys, one `TYPE BASE64` each. */
  readonly hostKeys: readonly string[];
  exec(script: string): Promise<string>;
}

export interface BenchLab {
  readonly hosts: readonly BenchHost[];
  readonly keyFile: string;
  readonly folder: string;
  close(): Promise<void>;
}

export interface LabOptions {
  readonly hosts: number;
  readonly python: boolean;
  say(line: string): void;
}

/** Boots the hosts, four at a time. */
export async function openLab({ hosts: count, python, say }: LabOptions): Promise<BenchLab> {
  const uid = process.getuid?.() ?? -1;
  const engine = await ensureEngine({ env: process.env, uid, install: true, user: process.pid, say });
  const folder = mkdtempSync(join(tmpdir(), "hlx-bench-"));
  const names = Array.from({ length: count }, (_, index) => `hlx-bench-${process.pid}-${index}`);
  const close = async (): Promise<void> => {
    await removeHosts(engine, names);
    rmSync(folder, { recursive: true, force: true });
    await leaveEngine(engine, process.pid);
  };
  try {
    const plain = await ensureImage({ engine, env: process.env, uid, install: true, now: new Date(), say });
    const image = python ? await withPython(engine, plain, say) : plain;
    const keyFile = join(folder, "key");
    const keys = ssh2.utils.generateKeyPairSync("ed25519");
    writeFileSync(keyFile, keys.private, { mode: 0o600 });
    mkdirSync(join(folder, "home/.ssh"), { recursive: true, mode: 0o700 });
    say(`booting ${count} hosts`);
    const hosts = await inFours(names, (name, index) => boot(engine, { name, image, label: `box${index}`, publicKey: keys.public }));
    return { hosts, keyFile, folder, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

interface Boot {
  readonly name: string;
  readonly image: string;
  readonly label: string;
  readonly publicKey: string;
}

async function boot(engine: Engine, { name, image, label, publicKey }: Boot): Promise<BenchHost> {
  const port = await freePort();
  await startHost(engine, { name, image, labels: { "hlx.lab.run": String(process.pid) }, sshPort: port });
  await admit(engine, name, { user: "root", publicKey });
  const exec = (script: string) => engineRun(engine, ["exec", name, "sh", "-c", script]);
  await exec(hostScript);
  return { name: label, address: "127.0.0.1", port, hostKeys: await hostKeysOf(engine, name), exec };
}

// Only Ansible needs it: hlx, the limit and pyinfra would do with the plain image.
async function withPython(engine: Engine, plain: string, say: LabOptions["say"]): Promise<string> {
  const image = `${plain.replace(":", "-python:")}`;
  if ((await engineTry(engine, ["image", "inspect", image])).status === 0) return image;
  say("building the hosts' image with Python for Ansible (once)");
  const name = `hlx-bench-build-${process.pid}`;
  const install = "apt-get update -q && apt-get install -qy --no-install-recommends python3 python3-apt";
  try {
    await engineRun(engine, ["run", "--name", name, plain, "sh", "-c", install]);
    await engineRun(engine, ["commit", "--change", 'CMD ["/sbin/init"]', "--change", "LABEL hlx.lab=image", name, image]);
  } finally {
    await engineTry(engine, ["rm", "-f", name]);
  }
  return image;
}

async function inFours<Result>(names: readonly string[], work: (name: string, index: number) => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < names.length; from += 4)
    results.push(...(await Promise.all(names.slice(from, from + 4).map((name, index) => work(name, from + index)))));
  return results;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
