// What all that is about Ceph says where there is none.
import type { Problem } from "../../model/problem.ts";

export function notInstalled(node: string): Problem {
  return { code: "missing", message: `Ceph is not installed on ${node}`, hint: `on the node: pveceph install && pveceph init, then a monitor and OSDs` };
}
