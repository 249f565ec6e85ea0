// Where the engine's packages come from.
import { command, directory, type Facts, file, packages, type Resource, unitOf } from "hlx";

const provides = [unitOf("docker"), "docker:engine"] as const;

/** Debian's own packages. Its Compose v2 is there from Debian 13 on. */
export function fromDebian(facts: Facts, compose: boolean): readonly Resource[] {
  const names = ["docker.io", ...(hasCompose(facts) ? ["docker-cli"] : []), ...(compose && hasCompose(facts) ? ["docker-compose"] : [])];
  return [packages(names, { provides: [...provides, ...(compose && hasCompose(facts) ? (["docker:compose"] as const) : [])] })];
}

/** True where Debian has Compose v2. */
export function hasCompose({ os }: Facts): boolean {
  return os.id === "debian" && Number.parseInt(os.versionId, 10) >= 13;
}

/** The fingerprint of the key that Docker signs with, as docs.docker.com/engine/install/debian said for years. */
const fingerprint = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88";
const keyring = "/etc/apt/keyrings/docker.asc";

// The key is kept only when it is the one that is pinned, and the only one in the file.
const fetchKey = `set -e
staged=$2.hlx; trap 'rm -f "$staged"' EXIT
curl -fsSL --proto =https -o "$staged" "https://download.docker.com/linux/$3/gpg"
found=$(gpg --batch --show-keys --with-colons "$staged" | awk -F: '$1 == "pub" { key = 1; next } key && $1 == "fpr" { print $10; key = 0 }')
if [ "$found" != "$1" ]; then echo "the key of download.docker.com is $found, not $1"; exit 1; fi
chmod 0644 "$staged" && mv -f "$staged" "$2"`;

/** Docker's repository. */
export function fromDocker({ os }: Facts, compose: boolean): readonly Resource[] {
  const distribution = os.id === "ubuntu" ? "ubuntu" : "debian";
  const line = `deb [signed-by=${keyring}] https://download.docker.com/linux/${distribution} ${os.codename} stable\n`;
  const names = ["docker-ce", "docker-ce-cli", "containerd.io", ...(compose ? ["docker-compose-plugin"] : [])];
  return [
    packages(["ca-certificates", "curl", "gnupg"]),
    directory({ path: "/etc/apt/keyrings" }),
    command({ name: "Docker's signing key", script: fetchKey, args: [fingerprint, keyring, distribution], creates: keyring }),
    file({ path: "/etc/apt/sources.list.d/docker.list", content: line }),
    packages(names, { provides: [...provides, ...(compose ? (["docker:compose"] as const) : [])] }),
  ];
}
