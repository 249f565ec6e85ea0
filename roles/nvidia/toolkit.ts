// NVIDIA's container toolkit: engines that may use the cards, and the description of the cards for them (CDI).
import { command, directory, file, packages, type Resource, signingKey } from "hlx";
import type { NvidiaParams } from "./params.ts";

type Engine = NvidiaParams["containers"][number];

export function toolkit({ driver, containers, toolkit: from }: NvidiaParams): readonly Resource[] {
  if (containers.length === 0) return [];
  const keyring = "/etc/apt/keyrings/hlx-nvidia-container-toolkit.asc";
  return [
    packages(["ca-certificates", "curl", "gpg"]),
    directory({ path: "/etc/apt/keyrings" }),
    signingKey({ name: "the toolkit's signing key", keyring, url: from.key, fingerprint: from.fingerprint }),
    file({ path: "/etc/apt/sources.list.d/hlx-nvidia-container-toolkit.list", content: `deb [signed-by=${keyring}] ${from.uri} /\n` }),
    packages(["nvidia-container-toolkit"], { provides: ["program:nvidia-ctk"] }),
    command({ name: "describe the cards (CDI)", script: describeCards, unless: isDescribed, args: [driver] }),
    ...containers.map(knows),
  ];
}

// It names the libraries with their version: after another driver it is stale.
const isDescribed = `read -r version </sys/module/nvidia/version || exit 1
case $version in "$1".*) grep -qF ".so.$version" /etc/cdi/nvidia.yaml ;; *) exit 1 ;; esac`;
const describeCards = "mkdir -p /etc/cdi && nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml";

// nvidia-ctk merges its part into a configuration that others wrote.
function knows(engine: Engine): Resource {
  const { config, unit } = engines[engine];
  return command({
    name: `${engine} knows the NVIDIA runtime`,
    script: tell,
    unless: engine === "docker" ? dockerKnows : isLoaded,
    args: [engine === "docker" ? "docker" : "containerd", config, unit],
    deadlineMs: 300_000,
    risk: "restart",
  });
}

const tell = 'nvidia-ctk runtime configure --runtime="$1" --config="$2" && systemctl restart -- "$3"';
const dockerKnows = `grep -q nvidia-container-runtime "$2" && docker info --format '{{json .Runtimes}}' | grep -q '"nvidia"'`;
// It knows what was written before it started.
const isLoaded = `grep -q nvidia-container-runtime "$2" || exit 1
started=$(LC_ALL=C TZ=UTC systemctl show -p ActiveEnterTimestamp --value -- "$3")
[ -n "$started" ] && [ "$(date -u -d "$started" +%s)" -ge "$(stat -c %Z -- "$2")" ]`;

// MicroK8s writes containerd.toml anew from its template at each start.
const engines: Readonly<Record<Engine, { readonly config: string; readonly unit: string }>> = {
  docker: { config: "/etc/docker/daemon.json", unit: "docker.service" },
  containerd: { config: "/etc/containerd/config.toml", unit: "containerd.service" },
  microk8s: { config: "/var/snap/microk8s/current/args/containerd-template.toml", unit: "snap.microk8s.daemon-containerd.service" },
};
