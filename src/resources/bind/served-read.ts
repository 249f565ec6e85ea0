// Which zones the running server has loaded. All zones of a host in one read.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

export interface ServedQuery {
  readonly zone: string;
  readonly view?: string;
}

/** `down`: nothing answers rndc, or there is no rndc. */
export type Served = "served" | "not served" | "down";

export const servedRead: Read<ServedQuery, Served> = {
  name: "bind-served",
  args: ({ zone, view }) => [zone, view ?? ""],
  parse: (output, queries) => {
    const answers = output.split("\n").filter((line): line is Served => line === "served" || line === "not served" || line === "down");
    if (answers.length === queries.length) return answers;
    throw new ProblemError({ code: "unknown", message: `reading zones: the host answered for ${answers.length} of ${queries.length}` });
  },
  script: `
LC_ALL=C; export LC_ALL
while [ $# -gt 0 ]; do
  case $(rndc zonestatus "$1" \${2:+IN "$2"} 2>&1) in
    *'serial: '*) echo served ;;
    *'not loaded'* | *'not found'* | *'no matching zone'*) echo 'not served' ;;
    *) echo down ;;
  esac
  shift 2
done
`,
};
