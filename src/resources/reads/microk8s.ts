// What a MicroK8s node's own files say: its locks, the members of its database, the API servers that a worker was given.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

export interface Microk8sSeen {
  readonly installed: boolean;
  /** Names in var/lock. */
  readonly locks: ReadonlySet<string>;
  /** Addresses without ports. dqlite's roles: 0 voter, 1 standby, 2 spare. */
  readonly members: readonly { readonly address: string; readonly role: number }[];
  /** Of a worker. */
  readonly endpoints: readonly string[];
}

/** Files, not `microk8s status`: that exits 0 for a stopped node and for a worker, and knows nothing of other clusters. */
export const microk8sRead: Read<null, Microk8sSeen> = {
  name: "microk8s",
  args: () => [],
  parse: (output, queries) => queries.map(() => seenIn(output)),
  script: `
LC_ALL=C; export LC_ALL
root=/var/snap/microk8s/current
if [ -d $root/var/lock ]; then echo there; else echo absent; fi
for lock in ha-cluster clustered.lock stopped.lock join-in-progress no-cert-reissue; do
  if [ -e $root/var/lock/$lock ]; then echo "lock $lock"; fi
done
awk '/Address:/ { address = $NF } /Role:/ { print "member", address, $NF }' $root/var/kubernetes/backend/cluster.yaml 2>/dev/null
sed -n 's/^.*address: *"\\{0,1\\}\\([0-9a-fA-F.:]*\\)"\\{0,1\\} *$/endpoint \\1/p' $root/args/traefik/provider.yaml 2>/dev/null
`,
};

function seenIn(output: string): Microk8sSeen {
  const lines = output.split("\n").map((line) => line.split(" "));
  const [first] = lines[0] ?? [];
  if (first !== "there" && first !== "absent")
    throw new ProblemError({ code: "unknown", message: "looking at MicroK8s: the host's answer has an unknown form" });
  const all = (sort: string) => lines.filter(([what]) => what === sort);
  return {
    installed: first === "there",
    locks: new Set(all("lock").map(([, name = ""]) => name)),
    members: all("member").map(([, address = "", role = ""]) => ({ address: withoutPort(address), role: Number(role) })),
    endpoints: all("endpoint").map(([, address = ""]) => withoutPort(address)),
  };
}

function withoutPort(address: string): string {
  return address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
