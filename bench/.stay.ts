import { openLab } from "./lab.ts";
import { writeFileSync, existsSync, rmSync, appendFileSync, mkdirSync } from "node:fs";
import { w1, w2 } from "./workload.ts";
import { hlxApply } from "./tools/hlx.ts";
import { pyinfra } from "./tools/pyinfra.ts";
import { limit } from "./tools/limit.ts";
import { measure } from "./child.ts";
rmSync("/tmp/hlx-stay-stop", { force: true });
const lab = await openLab({ hosts: 20, python: true, say: (l) => console.log(l) });
const home = lab.folder + "/home";
const kh = home + "/.ssh/known_hosts";
appendFileSync(kh, lab.hosts.flatMap((h) => h.hostKeys.map((k) => `[127.0.0.1]:${h.port} ${k}\n`)).join(""));
for (const n of [1, 20]) for (const workload of [w1, w2]) {
  const scene = { workload, hosts: lab.hosts.slice(0, n), knownHosts: kh, home, keyFile: lab.keyFile, folder: `${lab.folder}/${workload.name}-${n}` };
  for (const t of [limit, pyinfra, hlxApply]) { const c = t.prepare(scene); mkdirSync(c.cwd, { recursive: true }); if (t === hlxApply) { const r = await measure(c); console.log(n, workload.name, r.status, r.wallS); } }
}
writeFileSync("/tmp/hlx-stay", JSON.stringify({ folder: lab.folder, names: lab.hosts.map((h) => h.port) }));
console.log("ready", lab.folder);
while (!existsSync("/tmp/hlx-stay-stop")) await new Promise((r) => setTimeout(r, 1000));
await lab.close();
