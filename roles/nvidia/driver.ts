// The driver: its packages, pinned and held, its kernel module, and what must be out of its way.
import { command, directory, type Facts, file, kernelModule, packages, type Resource, service, unitOf } from "hlx";
import type { NvidiaParams } from "./params.ts";

export function driver(params: NvidiaParams, facts: Facts): readonly Resource[] {
  const source = sourceOf(params, facts);
  const blacklist = file({ path: "/etc/modprobe.d/hlx-nvidia.conf", content: "blacklist nouveau\noptions nouveau modeset=0\n" });
  const installed = packages(source.names, { provides: [unitOf("nvidia-persistenced"), "driver:nvidia"] });
  const moved = command({
    name: "the driver's branch",
    script: moveScript,
    unless: isBranch,
    args: [params.driver, ...source.names],
    deadlineMs: 1_800_000,
  });
  const persistenced = service({ unit: "nvidia-persistenced", running: true, enabled: true });
  return [
    ...repository(params, facts),
    file({ path: "/etc/apt/preferences.d/hlx-nvidia", content: pin(params.driver) }),
    packages(source.headers),
    directory({ path: "/etc/modprobe.d" }),
    blacklist,
    command({
      name: "leave nouveau out of the initial RAM disk",
      script: "update-initramfs -u -k all",
      unless: notNewer,
      onlyIf: "command -v update-initramfs",
      deadlineMs: 600_000,
    }),
    installed,
    moved,
    command({ name: "hold the driver", script: 'apt-mark hold -- "$@"', unless: isHeld, args: source.names }),
    directory({ path: "/etc/modules-load.d" }),
    file({ path: "/etc/modules-load.d/hlx-nvidia.conf", content: "nvidia\nnvidia_uvm\n" }),
    kernelModule({
      module: "nvidia",
      files: ["nvidia", "nvidia-current", "nvidia-current-open"],
      also: ["nvidia_uvm"],
      instead: ["nouveau"],
      from: source.from,
      headers: source.headers.at(-1) ?? "",
      library: source.library,
      follows: [installed, moved],
    }),
    ...(params.persistence ? [persistenced] : []),
  ];
}

interface Source {
  readonly names: readonly string[];
  readonly headers: readonly string[];
  readonly from: "dkms" | "packages";
  readonly library: string;
}

function sourceOf(params: NvidiaParams, facts: Facts): Source {
  if (facts.os.id === "ubuntu") return ofUbuntu(params, facts);
  if (facts.os.id === "debian" || (params.packages !== undefined && params.headers !== undefined)) return ofDebian(params, facts);
  throw new Error(`which packages have the driver on ${facts.os.name}? Say so: packages: […], headers: […]`);
}

function ofDebian({ modules, packages: names, headers }: NvidiaParams, facts: Facts): Source {
  const module = modules === "open" ? "nvidia-open-kernel-dkms" : "nvidia-kernel-dkms";
  return {
    names: names ?? [module, "libcuda1", "libnvcuvid1", "libnvidia-encode1", "libnvidia-ml1", "nvidia-persistenced", "nvidia-smi"],
    headers: headers ?? [facts.kernel.endsWith("-pve") ? "proxmox-default-headers" : `linux-headers-${flavourOf(facts)}`],
    from: "dkms",
    library: "libnvidia-ml1",
  };
}

// Canonical signs the modules of these packages: neither DKMS nor a key of one's own.
function ofUbuntu({ driver: branch, modules, packages: names, headers }: NvidiaParams, facts: Facts): Source {
  const server = `${branch}-server${modules === "open" ? "-open" : ""}`;
  const usual = (): readonly string[] => [
    `linux-modules-nvidia-${server}-${flavourOf(facts)}`,
    ...[`nvidia-headless-no-dkms-${server}`, `nvidia-utils-${branch}-server`, `libnvidia-encode-${branch}-server`],
  ];
  return {
    names: names ?? usual(),
    headers: headers ?? [`linux-headers-${flavourOf(facts)}`],
    from: names === undefined ? "packages" : "dkms",
    library: `libnvidia-compute-${branch}-server`,
  };
}

// "6.1.0-28-cloud-amd64", "6.12.9+bpo-amd64", "6.8.0-51-generic": what follows the version.
function flavourOf({ kernel }: Facts): string {
  return /^[0-9.]+(?:\+[a-z0-9.]+)?(?:-[0-9]+(?:\.[0-9]+)?)?-(.+)$/.exec(kernel)?.[1] ?? kernel;
}

function repository({ repository: own }: NvidiaParams, { os }: Facts): readonly Resource[] {
  const path = "/etc/apt/sources.list.d/hlx-nvidia.sources";
  if (own !== undefined) return [file({ path, content: sources(own) })];
  if (os.id !== "debian") return [];
  const components = ["contrib", ...(Number.parseInt(os.versionId, 10) >= 12 ? ["non-free", "non-free-firmware"] : ["non-free"])];
  const debian = { uri: "http://deb.debian.org/debian", suites: [os.codename, `${os.codename}-updates`], components };
  return [file({ path, content: sources({ ...debian, signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg" }) })];
}

function sources({ uri, suites, components, signedBy }: NonNullable<NvidiaParams["repository"]>): string {
  const which = components.length === 0 ? "" : `Components: ${components.join(" ")}\n`;
  return `Types: deb\nURIs: ${uri}\nSuites: ${suites.join(" ")}\n${which}Signed-By: ${signedBy}\n`;
}

// Above 1000 apt goes back to the branch, too (apt_preferences(5)). Other packages with these names have no such versions.
function pin(branch: string): string {
  return `Package: *nvidia* libcuda1 libcudadebugger1 libnvcuvid1\nPin: version ${branch}.*\nPin-Priority: 1001\n`;
}

// An image without the file in it is older than the file. No image: nothing to make anew.
const notNewer = `for image in /boot/initrd.img-*; do
  [ -e "$image" ] || continue
  [ -n "$(find "$image" -newer /etc/modprobe.d/hlx-nvidia.conf)" ] || exit 1
done
[ -e /etc/modprobe.d/hlx-nvidia.conf ]`;

// Names without a version in them must be of the branch; others (linux-modules-nvidia-550-…) say it themselves.
const branchOnly = `branch=$1; shift
wrong=
for name in "$@"; do
  case $name in *-"$branch"* | nvidia-persistenced | nvidia-settings) continue ;; esac
  case $(dpkg-query -W -f '\${Version}' "$name" 2>/dev/null) in "$branch".* | *:"$branch".*) ;; *) wrong="$wrong $name=$branch.*" ;; esac
done
`;

const isBranch = `${branchOnly}[ -z "$wrong" ]`;

const moveScript = `${branchOnly}export DEBIAN_FRONTEND=noninteractive LC_ALL=C
set -f
apt-mark unhold -- "$@" >/dev/null
apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold --allow-downgrades --no-install-recommends install -- $wrong`;

const isHeld = `held=$(apt-mark showhold)
for name in "$@"; do printf '%s\\n' "$held" | grep -qx -- "$name\\(:[a-z0-9]*\\)\\?" || exit 1; done`;
