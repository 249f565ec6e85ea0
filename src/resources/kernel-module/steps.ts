// How a kernel module is built and loaded. A host is never rebooted into a kernel that has no module.
import type { Change, Known } from "../../model/kind.ts";
import type { Step } from "../../model/step.ts";
import type { KernelModule } from "./desired.ts";
import type { KernelModuleActual } from "./diff.ts";

const buildMs = 1_800_000;
const rebootMs = 900_000;
const loadMs = 120_000;

export function steps(desired: KernelModule, _found: Known<KernelModuleActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const { module, files, from, headers, also } = desired;
  const loading = changes.find(({ property }) => property === "loaded");
  const kernels = loading?.risk === "reboot" ? "next" : "both";
  const build: Step = {
    do: "detached",
    title: `build ${module} for ${kernels === "next" ? "the next kernel" : "the running and the next kernel"}`,
    script: buildScript,
    args: [kernels, from, headers, module, ...files],
    deadlineMs: buildMs,
  };
  if (loading === undefined) return [build];
  const load: Step =
    loading.risk === "reboot"
      ? { do: "reboot", deadlineMs: rebootMs }
      : { do: "run", title: `load ${module}`, script: 'PATH=$PATH:/usr/sbin:/sbin modprobe -a -- "$@"', args: [module, ...also] };
  return [build, load, { do: "wait", until: { title: `${module} is loaded`, script: '[ -d "/sys/module/$1" ]', args: [module] }, deadlineMs: loadMs }];
}

const buildScript = `
LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH
kernels=$1 from=$2 headers=$3 module=$4; shift 4
has() {
  kernel=$1; shift
  for file in "$@"; do if modinfo -k "$kernel" -F version "$file" >/dev/null 2>&1; then return; fi; done
  return 1
}
running=$(uname -r)
next=$(for image in /boot/vmlinuz-*; do
  kernel=\${image#/boot/vmlinuz-}
  if [ -e "$image" ] && [ -d "/lib/modules/$kernel" ]; then printf '%s\\n' "$kernel"; fi
done | sort -V | tail -n 1)
next=\${next:-$running}
if [ "$kernels" = next ] || [ "$next" = "$running" ]; then wanted=$next; else wanted="$running $next"; fi
for kernel in $wanted; do
  if [ "$from" = packages ]; then
    has "$kernel" "$@" || { echo "there is no module $module for the kernel $kernel: $headers does not bring it (linux-modules-… of that kernel)"; exit 1; }
    continue
  fi
  if [ ! -e "/lib/modules/$kernel/build" ]; then
    echo "there are no headers of the kernel $kernel, so that $module cannot be built for it: install linux-headers-$kernel, and keep $headers installed"
    exit 1
  fi
  dkms autoinstall -k "$kernel" || exit
  has "$kernel" "$@" || { echo "DKMS built no module $module for the kernel $kernel"; dkms status; exit 1; }
done
`;
