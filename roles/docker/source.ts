// Where the engine's packages come from.
import { directory, type Facts, file, packages, type Resource, signingKey, unitOf } from "hlx";

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

/** Docker's repository. */
export function fromDocker({ os }: Facts, compose: boolean): readonly Resource[] {
  const distribution = os.id === "ubuntu" ? "ubuntu" : "debian";
  const line = `deb [signed-by=${keyring}] https://download.docker.com/linux/${distribution} ${os.codename} stable\n`;
  const names = ["docker-ce", "docker-ce-cli", "containerd.io", ...(compose ? ["docker-compose-plugin"] : [])];
  return [
    packages(["ca-certificates", "curl", "gnupg"]),
    directory({ path: "/etc/apt/keyrings" }),
    signingKey({ name: "Docker's signing key", keyring, url: `https://download.docker.com/linux/${distribution}/gpg`, fingerprint }),
    file({ path: "/etc/apt/sources.list.d/docker.list", content: line }),
    packages(names, { provides: [...provides, ...(compose ? (["docker:compose"] as const) : [])] }),
  ];
}
