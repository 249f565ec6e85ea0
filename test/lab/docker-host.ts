// What a lab host with a Docker engine needs beside it: Compose v2, images and a registry of its own.
import type { LabHost } from "./hosts.ts";

// Compose v2 has no package in bookworm; trixie's needs libc6 ≥ 2.34 only.
const install = `set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -qy --no-install-recommends docker-registry iptables busybox-static >/tmp/apt.log 2>&1
mkdir -p /opt/trixie/lists/partial && cd /opt/trixie
echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian/ trixie main' > sources.list
sed -n 's,^deb [^ ]*\\(http[^ ]*\\) bookworm main.*,deb [trusted=yes] \\1 trixie main,p' /etc/apt/sources.list | head -n 1 > found.list
[ ! -s found.list ] || cp found.list sources.list
trixie="-o Dir::Etc::sourcelist=/opt/trixie/sources.list -o Dir::Etc::sourceparts=/nonexistent -o Dir::State::lists=/opt/trixie/lists -o APT::Sandbox::User=root"
apt-get -q $trixie update >/tmp/trixie.log 2>&1
apt-get -q $trixie download docker-compose >>/tmp/trixie.log 2>&1
dpkg -i docker-compose_*.deb >>/tmp/trixie.log 2>&1
sed -i '/^auth:/,/^[^ ]/{/^auth:/d;/^ /d}' /etc/docker/registry/config.yml
systemctl restart docker-registry`;

/** Installs Compose and a registry. The engine is the role docker's. */
export async function installAround(host: LabHost): Promise<void> {
  await host.exec(install);
}

/** Makes images app:1.0, app:2.0 (which says so in /version) and app:broken (in which nothing is healthy), without a registry. */
export async function makeImages(host: LabHost): Promise<void> {
  await host.exec(`set -e; mkdir -p /opt/app/bin && cd /opt/app && cp /bin/busybox bin/
for applet in sh sleep cat echo test true false; do ln -sf busybox bin/$applet; done
for version in 1.0 2.0 broken; do
  echo $version > version
  [ $version = broken ] || touch healthy
  tar -c . | docker import --change 'CMD ["sleep","1000000"]' --change "LABEL version=$version" - app:$version >/dev/null
  rm -f healthy
done`);
}

/** A container whose process ignores the signal to stop would cost ten seconds each time. */
export const quick = "stop_grace_period: 0s";
/** Healthy at once: a service without a check must run for a while to count as running. */
export const healthy = `${quick}, restart: unless-stopped, healthcheck: { test: "test -e /healthy", interval: 1s, retries: 2 }`;

interface Seen {
  readonly id: string;
  readonly started: string;
  readonly image: string;
}

/** All containers of the engine, by name: none of this stays the same for one that is made anew or restarted. */
export async function containersOf(host: LabHost): Promise<Readonly<Record<string, Seen>>> {
  const lines = await host.exec("docker ps -aq --no-trunc | xargs -r docker inspect -f '{{.Name}} {{.Id}} {{.State.StartedAt}} {{.Config.Image}}'");
  const rows = lines
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  return Object.fromEntries(rows.map(([name = "", id = "", started = "", image = ""]) => [name.slice(1), { id, started, image }]));
}
