// Whether the session's commands run as root.
import { type Fact, matching } from "./fact.ts";

export const root: Fact<boolean> = { script: "id -u", parse: (output) => matching(output, /^[0-9]{1,10}$/) === "0" };
