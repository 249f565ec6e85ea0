// pyinfra: a deploy of its own operations, dry for W1.
import { join } from "node:path";
import type { Command, Measured } from "../child.ts";
import { venv } from "../peers.ts";
import { type BenchFile, nameOf, variable, type Workload } from "../workload.ts";
import { forks, type Scene, type Tool, writeAll } from "./tool.ts";

export const pyinfra: Tool = { name: "pyinfra", prepare, wrong };

function prepare(scene: Scene): Command {
  const { workload, hosts, keyFile, knownHosts } = scene;
  const folder = join(scene.folder, "pyinfra");
  const login = { ssh_user: "root", ssh_key: keyFile, ssh_known_hosts_file: knownHosts, ssh_strict_host_key_checking: "yes" };
  const listed = hosts.map(
    ({ name, address, port }) => `  (${JSON.stringify(name)}, ${JSON.stringify({ ssh_hostname: address, ssh_port: port, ...login })}),\n`,
  );
  writeAll(folder, {
    "inventory.py": `hosts = [\n${listed.join("")}]\n`,
    "deploy.py": deployOf(workload),
    ...Object.fromEntries(workload.files.map((file) => [`files/${nameOf(file)}`, file.template ?? file.content])),
  });
  const mode = workload.name === "w1" ? ["--dry"] : ["-y"];
  return { argv: [`${venv}/bin/pyinfra`, "--parallel", String(forks), ...mode, "inventory.py", "deploy.py"], cwd: folder, env: { HOME: scene.home } };
}

function deployOf({ folder, files, packages, units, users }: Workload): string {
  const [plain, templates] = [files.filter(({ template }) => template === undefined), files.filter(({ template }) => template !== undefined)];
  const owned = 'user="root", group="root", mode="644"';
  const names = (list: readonly BenchFile[]) => JSON.stringify(list.map(nameOf));
  return `from pyinfra.operations import apt, files, server, systemd

files.directory(path="${folder}", user="root", group="root", mode="755")
for name in ${names(plain)}:
    files.put(src="files/" + name, dest="${folder}/" + name, ${owned})
for name in ${names(templates)}:
    files.template(src="files/" + name, dest="${folder}/" + name, ${owned}, ${variable.name}="${variable.value}")
${packages.length === 0 ? "" : `apt.packages(packages=${JSON.stringify(packages)})`}
for name in ${JSON.stringify(units)}:
    systemd.service(service=name, running=True, enabled=True)
for name in ${JSON.stringify(users)}:
    server.user(user=name)
`;
}

// A dry run ends with a table of operations: how many hosts each would change, and might change, "-" for none.
function wrong({ status, output }: Measured, { workload }: Scene): string | undefined {
  const rows = [...output.matchAll(/\(\w+=.*\)\s+(\S+)\s+(\S+)\s*$/gm)];
  const unchanged = rows.filter(([, change, conditional]) => change === "-" && conditional === "-").length;
  const sound = status === 0 && (workload.name === "w2" || (unchanged === rows.length && unchanged >= workload.files.length));
  return sound ? undefined : `status ${status}, ${unchanged} of ${rows.length} unchanged: ${output.slice(-1200)}`;
}
