// Lab hosts on which snapd and MicroK8s are doubles: programs of theirs, installed as a package would, over one store that all nodes share.
// What they do not cover: no container runs, so evictions, disruption budgets, CNI and storage are not shown by them; dqlite's own elections, a disk that is full, a store
// that does not answer, refreshes by themselves while a plan is made; the API is asked by node name only. Certificates are real, but nobody serves them.
import { engineRun } from "../../src/lab/engine.ts";
import { removeHosts } from "../../src/lab/hosts.ts";
import { engine, type LabHost } from "../lab/hosts.ts";
import { kubectl, launcher, microk8s, setup, snap, snapdRest, upgraded } from "./programs.ts";

/** `-v` for every host of one cluster. */
export function storeFlags(volume: string): readonly string[] {
  return ["-v", `${volume}:/cluster`];
}

/** With the hosts that share it: a volume that is in use stays. */
export async function removeStore(volume: string, hosts: readonly LabHost[]): Promise<void> {
  await removeHosts(
    engine,
    hosts.map(({ container }) => container),
  );
  await engineRun(engine, ["volume", "rm", "-f", volume]);
}

const programs: Readonly<Record<string, string>> = {
  "/opt/double/snapd-rest": snapdRest,
  "/usr/bin/snap": snap,
  "/opt/double/setup": setup,
  "/opt/double/launcher": launcher,
  "/opt/double/upgraded": upgraded,
  "/opt/double/kubectl": kubectl,
  "/opt/double/microk8s": microk8s,
};

const units: Readonly<Record<string, string>> = {
  "/lib/systemd/system/snapd.socket": "[Socket]\nListenStream=/run/snapd.socket\nSocketMode=0666\nAccept=yes\n[Install]\nWantedBy=sockets.target",
  "/lib/systemd/system/snapd@.service": "[Service]\nExecStart=/opt/double/snapd-rest\nStandardInput=socket\nStandardOutput=socket",
  "/srv/snapd/DEBIAN/control": "Package: snapd\nVersion: 2.68.3\nArchitecture: all\nMaintainer: lab <lab@example>\nDescription: made up",
};

/** snapd and its programs, on a host that has none. */
export async function install(host: LabHost): Promise<void> {
  const files = [
    ...Object.entries(programs).map(([path, text]) => put(path, text, "0755")),
    ...Object.entries(units).map(([path, text]) => put(path, text, "0644")),
  ];
  await host.exec(`${files.join("\n")}
mkdir -p /var/lib/snapd-double /cluster/nodes /cluster/versions
dpkg-deb -b /srv/snapd /srv/snapd.deb >/dev/null && dpkg -i /srv/snapd.deb >/dev/null 2>&1
systemctl daemon-reload && systemctl enable --now snapd.socket 2>&1`);
}

function put(path: string, text: string, mode: string): string {
  return `mkdir -p "$(dirname ${path})" && cat > ${path} <<'THE-END' && chmod ${mode} ${path}\n${text}\nTHE-END`;
}
