// A kernel module: loaded, on disk for the running and the next kernel, and whether Secure Boot would let it in.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

export interface ModuleQuery {
  /** As the kernel calls it, with underscores. */
  readonly module: string;
  /** Under which names modinfo(8) may know the file; the first that it knows counts. */
  readonly files: readonly string[];
  /** Modules that are in its way. */
  readonly instead: readonly string[];
}

/** Versions are the module's own; "?" where it has none. */
export interface ModuleSeen {
  readonly kernels: { readonly running: string; readonly next: string };
  readonly loaded: string | undefined;
  readonly running: string | undefined;
  readonly next: string | undefined;
  /** Those of `instead` that are loaded. */
  readonly inTheWay: readonly string[];
  /** "closed": Secure Boot is on, and no key for modules built here is enrolled. */
  readonly secureBoot: "off" | "open" | "closed";
}

/**
 * The next kernel is the newest that has both an image and modules. Secure Boot is the byte behind the four attribute bytes of its
 * EFI variable; mokutil(1) is asked only where it is on.
 */
export const moduleRead: Read<ModuleQuery, ModuleSeen> = {
  name: "kernel modules",
  args: ({ module, files, instead }) => [module, files.join(" "), instead.join(" ")],
  parse,
  script: `
LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH
running=$(uname -r)
next=$(for image in /boot/vmlinuz-*; do
  kernel=\${image#/boot/vmlinuz-}
  if [ -e "$image" ] && [ -d "/lib/modules/$kernel" ]; then printf '%s\\n' "$kernel"; fi
done | sort -V | tail -n 1)
next=\${next:-$running}
secure=off
for variable in /sys/firmware/efi/efivars/SecureBoot-8be4df61-*; do
  [ -e "$variable" ] || continue
  if [ "$(od -An -tu1 -j4 -N1 "$variable" | tr -d ' ')" = 1 ]; then secure=closed; fi
done
if [ $secure = closed ]; then
  for key in /var/lib/dkms/mok.pub /var/lib/shim-signed/mok/MOK.der; do
    case $(mokutil --test-key "$key" 2>/dev/null) in *'already enrolled'*) secure=open ;; esac
  done
fi
ondisk() {
  kernel=$1; shift
  for file in "$@"; do
    if version=$(modinfo -k "$kernel" -F version "$file" 2>/dev/null); then echo "\${version:-?}" | head -n 1; return; fi
  done
  echo -
}
loaded() {
  if [ -r "/sys/module/$1/version" ]; then head -n 1 "/sys/module/$1/version"
  elif [ -d "/sys/module/$1" ]; then echo '?'
  else echo -
  fi
}
echo "host $running $next $secure"
set -f
while [ $# -gt 0 ]; do
  way=
  for other in $3; do if [ "$(loaded "$other")" != - ]; then way="$way $other"; fi; done
  echo "module $(loaded "$1") $(ondisk "$running" $2) $(ondisk "$next" $2)$way"
  shift 3
done
`,
};

const word = /^[\x21-\x7e]{1,128}$/;

function parse(output: string, queries: readonly ModuleQuery[]): readonly ModuleSeen[] {
  const lines = output.split("\n").map((line) => line.split(" "));
  const [, running = "", next = "", secureBoot = ""] = lines.find(([sort]) => sort === "host") ?? [];
  const modules = lines.filter(([sort]) => sort === "module");
  const words = [running, next, ...modules.flat()];
  if (modules.length !== queries.length || !words.every((one) => word.test(one)) || !isSecureBoot(secureBoot)) throw garbled();
  return modules.map(([, loaded = "-", here = "-", then = "-", ...inTheWay]) => {
    return { kernels: { running, next }, loaded: versionIn(loaded), running: versionIn(here), next: versionIn(then), inTheWay, secureBoot };
  });
}

function isSecureBoot(text: string): text is ModuleSeen["secureBoot"] {
  return ["off", "open", "closed"].includes(text);
}

function versionIn(text: string): string | undefined {
  return text === "-" ? undefined : text;
}

function garbled(): ProblemError {
  return new ProblemError({ code: "unknown", message: "looking at kernel modules: the host's answer has an unknown form" });
}
