// Pi-hole 6 on a host that has none: its first pihole.toml, which makes the installer ask nothing, then the installer.
import { command, packages, type Resource, service, unitOf } from "hlx";
import type { Params } from "./params.ts";
import type { Value } from "./settings.ts";

/** Nothing unless the params ask for it. What is installed already stays. */
export function installed({ install }: Params, settings: Readonly<Record<string, Value>>): readonly Resource[] {
  if (install === undefined) return [];
  return [
    packages(["ca-certificates", "curl"]),
    command({ name: "write the first pihole.toml", script: firstScript, creates: "/etc/pihole/pihole.toml", stdin: tomlOf(settings) }),
    command({
      name: "install Pi-hole",
      script: installScript,
      args: [install.url, install.sha256],
      creates: "/usr/bin/pihole-FTL",
      deadlineMs: 1_800_000,
      provides: [unitOf("pihole-FTL")],
    }),
    service({ unit: "pihole-FTL" }),
  ];
}

const version5 = `if [ -e /etc/pihole/setupVars.conf ] && [ ! -e /etc/pihole/pihole.toml ]; then
  echo "this host has Pi-hole 5: update it with pihole -up, which takes its settings over, then apply again"; exit 1
fi
`;

// Without a pihole.toml the installer opens dialogs, also with --unattended.
const firstScript = `${version5}umask 022
mkdir -p /etc/pihole && cat > /etc/pihole/pihole.toml.hlx && mv /etc/pihole/pihole.toml.hlx /etc/pihole/pihole.toml`;

const installScript = `${version5}dir=$(mktemp -d) || exit
trap 'rm -rf -- "$dir"' EXIT
curl -fsSL --proto =https,file -o "$dir/basic-install.sh" -- "$1" || { echo "the installer could not be fetched: it needs the internet, as everything that it fetches does"; exit 1; }
echo "$2  $dir/basic-install.sh" | sha256sum -c - >/dev/null || { echo "the installer is not the file that was approved: its SHA-256 is $(sha256sum < "$dir/basic-install.sh" | cut -d' ' -f1)"; exit 1; }
bash "$dir/basic-install.sh" --unattended`;

/** Dotted keys, one a line: TOML as FTL reads it before it writes the file anew. */
function tomlOf(settings: Readonly<Record<string, Value>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join("");
}
