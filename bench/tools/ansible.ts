// Ansible, with and without Mitogen: one play of loops, which is kinder to it than a task per file.
import { join } from "node:path";
import type { Command, Measured } from "../child.ts";
import { venv } from "../peers.ts";
import { nameOf, variable, type Workload } from "../workload.ts";
import { forks, type Scene, type Tool, writeAll } from "./tool.ts";

export const ansible: Tool = { name: "ansible", prepare: (scene) => commandOf(scene, "linear"), wrong };

export const mitogen: Tool = { name: "mitogen", prepare: (scene) => commandOf(scene, "mitogen_linear"), wrong };

function commandOf(scene: Scene, strategy: string): Command {
  const { workload, folder: sceneFolder } = scene;
  const folder = join(sceneFolder, strategy);
  writeAll(folder, {
    "ansible.cfg": configOf(strategy),
    "hosts.ini": inventoryOf(scene),
    "site.yml": JSON.stringify([{ hosts: "all", gather_facts: false, tasks: tasksOf(workload) }], undefined, 1),
    ...Object.fromEntries(workload.files.map((file) => [`files/${nameOf(file)}`, file.template ?? file.content])),
  });
  const check = workload.name === "w1" ? ["--check", "--diff"] : [];
  // A folder of its own for the masters' sockets makes every run a cold one; a socket's path has to be short.
  const script = 'sockets=$(mktemp -d /tmp/hlxb.XXXXXX); export ANSIBLE_SSH_CONTROL_PATH_DIR="$sockets"; exec "$@"';
  return {
    argv: ["sh", "-c", script, "sh", `${venv}/bin/ansible-playbook`, "-i", "hosts.ini", "site.yml", ...check],
    cwd: folder,
    env: { HOME: scene.home, ANSIBLE_CONFIG: join(folder, "ansible.cfg"), ANSIBLE_NOCOLOR: "1" },
  };
}

function configOf(strategy: string): string {
  const mitogenOnly = strategy === "linear" ? "" : `strategy_plugins = ${venv}/lib/mitogen-strategy\n`;
  return `[defaults]
forks = ${forks}
strategy = ${strategy}
${mitogenOnly}gathering = explicit
interpreter_python = /usr/bin/python3
host_key_checking = True
retry_files_enabled = False
[ssh_connection]
pipelining = True
ssh_args = -o ControlMaster=auto -o ControlPersist=60s
`;
}

function inventoryOf({ hosts, keyFile, knownHosts }: Scene): string {
  const lines = hosts.map(({ name, address, port }) => `${name} ansible_host=${address} ansible_port=${port}\n`).join("");
  const ssh = `-o UserKnownHostsFile=${knownHosts} -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes`;
  return `${lines}[all:vars]
ansible_user=root
ansible_ssh_private_key_file=${keyFile}
ansible_ssh_common_args=${ssh}
mitogen_ssh_host_key_checking=enforce
${variable.name}=${variable.value}
`;
}

function tasksOf({ folder, files, packages, units, users }: Workload): readonly object[] {
  const owned = { owner: "root", group: "root" };
  const [plain, templates] = [files.filter(({ template }) => template === undefined), files.filter(({ template }) => template !== undefined)];
  const put = { src: "files/{{ item }}", dest: `${folder}/{{ item }}`, mode: "0644", ...owned };
  const tasks = [
    { file: { path: folder, state: "directory", mode: "0755", ...owned } },
    { copy: put, loop: plain.map(nameOf) },
    { template: put, loop: templates.map(nameOf) },
    { apt: { name: packages, state: "present" }, loop: packages.slice(0, 1) },
    { systemd: { name: "{{ item }}", state: "started", enabled: true }, loop: units },
    { user: { name: "{{ item }}", state: "present" }, loop: users },
  ];
  return tasks.filter(({ loop }) => loop === undefined || loop.length > 0);
}

function wrong({ status, output }: Measured, { workload, hosts }: Scene): string | undefined {
  const recap = [...output.matchAll(/: ok=\d+ +changed=(\d+) +unreachable=0 +failed=0 /g)].map(([, changed]) => Number(changed));
  const wanted = workload.name === "w1" ? 0 : 1;
  const sound = status === 0 && recap.length === hosts.length && recap.every((changed) => changed === wanted);
  return sound ? undefined : `status ${status}, changed ${recap.join(",")}: ${output.slice(-1200)}`;
}
