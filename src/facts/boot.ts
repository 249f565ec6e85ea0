// Which boot of the host this is: boot id and start time of PID 1 (proc(5), field 22), so that a container's reboot counts too.
import { type Fact, matching } from "./fact.ts";

export const boot: Fact<string> = {
  script: `
boot=none stat='1 (init) '
{ read -r boot </proc/sys/kernel/random/boot_id; read -r stat </proc/1/stat; } 2>/dev/null
printf '%s\\n%s\\n' "\${boot:-none}" "$stat"
`,
  parse: (output) => {
    const [id = "", stat = ""] = output.split("\n");
    return matching(`${id}.${startTime(stat)}`, /^[a-z0-9-]{1,64}\.[0-9]{0,20}$/);
  },
};

// The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
function startTime(stat: string): string {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
