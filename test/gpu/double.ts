// A machine with a made-up GPU: sysfs trees in volumes over the real ones, programs of kernel and driver, and a signed repository of tiny packages.
// What it does not cover: no kernel loads or refuses anything, so Secure Boot, DKMS's compiler, modules of a really other kernel, a card that fell off the bus and
// every text of NVIDIA's libraries but three are not shown by it. Package names and dependencies are the test's.
import type { LabHost } from "../lab/hosts.ts";

/** Volumes of the host's container: sysfs is read-only inside, and has neither this card nor these modules. */
export const volumes = ["-v", "/sys/bus/pci/devices", "-v", "/sys/module"] as const;

export interface Card {
  readonly address: string;
  readonly vendor: "0x10de" | "0x1002";
  readonly driver?: string;
}

/** Puts the cards in, and everything else out. */
export async function plug(host: LabHost, cards: readonly Card[]): Promise<void> {
  const lines = cards.map(({ address, vendor, driver }) => `card ${address} ${vendor} ${driver ?? ""}`);
  await host.exec(`rm -rf /sys/bus/pci/devices/* /sys/module/*
card() {
  mkdir -p "/sys/bus/pci/devices/$1"
  echo 0x030000 > "/sys/bus/pci/devices/$1/class"; echo "$2" > "/sys/bus/pci/devices/$1/vendor"; echo 0x2684 > "/sys/bus/pci/devices/$1/device"
  [ -z "$3" ] || { ln -s "../../drivers/$3" "/sys/bus/pci/devices/$1/driver"; mkdir -p "/sys/module/$3"; }
}
${lines.join("\n")}`);
}

// What every machine has: the initial RAM disk holds modprobe.d, and a boot obeys it.
const machine: Readonly<Record<string, string>> = {
  "/usr/sbin/update-initramfs": `#!/bin/sh
cat /etc/modprobe.d/*.conf > /boot/initrd.img-lab; echo initramfs >> /srv/order`,
  "/usr/sbin/modinfo": `#!/bin/sh
[ "$1 $3 $4" = "-k -F version" ] || exit 2
cat "/lib/modules/$2/dkms/$5" 2>/dev/null || { echo "modinfo: ERROR: Module $5 not found." >&2; exit 1; }`,
  "/usr/sbin/modprobe": `#!/bin/sh
shift; [ "$1" = -- ] && shift
for module in "$@"; do
  [ -e /sys/module/nouveau ] && { echo "modprobe: ERROR: could not insert 'nvidia': No such device" >&2; exit 1; }
  mkdir -p "/sys/module/$module"; cp "/lib/modules/$(uname -r)/dkms/nvidia-current" "/sys/module/$module/version"; echo "modprobe $module" >> /srv/order
done`,
  "/usr/local/sbin/boot-gpu": `#!/bin/sh
rm -rf /sys/module/nvidia* ; echo boot >> /srv/order
grep -qs '^blacklist nouveau' /boot/initrd.img-lab || exit 0
rm -rf /sys/module/nouveau
version="/lib/modules/$(uname -r)/dkms/nvidia-current"
[ -e "$version" ] || exit 0
for module in $(cat /etc/modules-load.d/*nvidia*.conf 2>/dev/null); do mkdir -p "/sys/module/$module"; cp "$version" "/sys/module/$module/version"; done
for card in /sys/bus/pci/devices/*; do ln -sfn ../../drivers/nvidia "$card/driver"; done`,
  "/etc/systemd/system/boot-gpu.service": `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/boot-gpu
[Install]
WantedBy=sysinit.target`,
};

// nvidia-smi says what NVIDIA's says: a driver that is not loaded (9), and one of another version than the library (18).
const smi = `#!/bin/sh
if [ ! -e /sys/module/nvidia/version ]; then
  echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."; exit 9
fi
library=$(dpkg-query -W -f '\${Version}' libnvidia-ml1); loaded=$(cat /sys/module/nvidia/version)
if [ "\${library%-*}" != "$loaded" ]; then
  echo "Failed to initialize NVML: Driver/library version mismatch"; echo "NVML library version: \${library%.*}"; exit 18
fi
echo "GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-00000000-0000-0000-0000-000000000000)"`;

const ctk = `#!/bin/sh
echo "ctk $1 $2" >> /srv/order
case "$1 $2" in
  "cdi generate") printf 'cdiVersion: 0.5.0\\nkind: nvidia.com/gpu\\n# libnvidia-ml.so.%s\\n' "$(cat /sys/module/nvidia/version)" > "\${3#--output=}" ;;
  "runtime configure") printf '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia.options]\\n  BinaryName = "/usr/bin/nvidia-container-runtime"\\n' >> "\${4#--config=}" ;;
  *) exit 1 ;;
esac`;

const dkms = `#!/bin/sh
[ "$1 $2" = "autoinstall -k" ] || exit 2
[ -e "/lib/modules/$3/build" ] || { echo "Error! Your kernel headers for kernel $3 cannot be found." >&2; exit 1; }
version=$(dpkg-query -W -f '\${Version}' nvidia-kernel-dkms)
mkdir -p "/lib/modules/$3/dkms"; echo "\${version%-*}" > "/lib/modules/$3/dkms/nvidia-current"; echo "dkms \${version%-*}" >> /srv/order`;

const unit = (what: string): string => `[Unit]\nDescription=${what}\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target`;

interface Deb {
  readonly name: string;
  readonly version: string;
  readonly files?: Readonly<Record<string, string>>;
}

export const versions = { 535: "535.261.03", 550: "550.163.01" } as const;

const branches = Object.values(versions).flatMap((version): readonly Deb[] => [
  { name: "nvidia-kernel-dkms", version: `${version}-1`, files: { "/usr/sbin/dkms": dkms } },
  { name: "libnvidia-ml1", version: `${version}-1` },
  { name: "nvidia-smi", version: `${version}-1`, files: { "/usr/bin/nvidia-smi": smi } },
]);

const debs = (kernel: string): readonly Deb[] => [
  ...branches,
  { name: "linux-headers-lab", version: "6.1.0", files: { [`/lib/modules/${kernel}/build/Makefile`]: "# headers" } },
  { name: "nvidia-persistenced", version: "525.85.05-1", files: { "/lib/systemd/system/nvidia-persistenced.service": unit("persistence daemon") } },
  { name: "nvidia-container-toolkit", version: "1.17.0-1", files: { "/usr/bin/nvidia-ctk": ctk } },
];

/** Programs, packages and their repository (`file:/srv/repo`, key in /srv/repo/key.asc). Gives the key's fingerprint. */
export async function install(host: LabHost): Promise<string> {
  const kernel = (await host.exec("uname -r")).trim();
  const files = { ...machine, "/etc/systemd/system/containerd.service": unit("containers"), "/etc/containerd/config.toml": "version = 2" };
  const all = [...Object.entries(files), ...debs(kernel).flatMap(unpacked)].map(([path, text]) => put(path, text));
  await host.exec(`${all.join("\n")}\nsystemctl enable boot-gpu containerd 2>&1`);
  return (await host.exec(repository)).trim().split("\n").at(-1) ?? "";
}

function unpacked({ name, version, files = {} }: Deb): readonly (readonly [string, string])[] {
  const root = `/srv/build/${name}_${version}`;
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: lab <lab@example>\nDescription: made up`;
  return [[`${root}/DEBIAN/control`, control], ...Object.entries(files).map(([path, text]) => [`${root}${path}`, text] as const)];
}

function put(path: string, text: string): string {
  return `mkdir -p "$(dirname ${path})" && cat > ${path} <<'THE-END' && chmod ${text.startsWith("#!") ? "0755" : "0644"} ${path}\n${text}\nTHE-END`;
}

const repository = `set -e
apt-get install -qy --no-install-recommends curl gpg gpg-agent >/dev/null
rm /etc/apt/sources.list; rm -rf /var/lib/apt/lists/*
mkdir -p /srv/repo && cd /srv/repo
for root in /srv/build/*; do dpkg-deb -b --root-owner-group "$root" . >/dev/null; done
for deb in *.deb; do dpkg-deb -f "$deb"; echo "Filename: $deb"; echo "Size: $(stat -c %s "$deb")"; echo "SHA256: $(sha256sum < "$deb" | cut -d' ' -f1)"; echo; done > Packages
{ echo "Origin: lab"; echo "Date: $(date -Ru)"; echo "SHA256:"; echo " $(sha256sum < Packages | cut -d' ' -f1) $(stat -c %s Packages) Packages"; } > Release
export GNUPGHOME=/srv/gnupg; mkdir -pm700 $GNUPGHOME
gpg --batch --quiet --passphrase '' --quick-gen-key lab ed25519 sign never 2>/dev/null
gpg --batch --yes --clearsign -o InRelease Release
gpg --armor --export > key.asc
gpgconf --kill all
gpg --batch --list-keys --with-colons | awk -F: '$1 == "fpr" { print $10; exit }'`;
