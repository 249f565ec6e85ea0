// W1 by hand: one stat, one sha256sum, one dpkg-query, one systemctl, one getent.
import { createHash } from "node:crypto";
import { variable, type Workload } from "../workload.ts";

export function checkScript({ folder, files, packages, units, users }: Workload): string {
  const paths = files.map(({ path }) => path).join(" ");
  return `export LC_ALL=C
stat -c 's %n %a %U %G' ${folder} ${paths}
sha256sum ${paths}
dpkg-query -W -f 'd \${Package} \${db:Status-Status}\\n' ${packages.join(" ")}
getent passwd ${users.join(" ")}
systemctl show -p Id,ActiveState,UnitFileState ${units.join(" ")}
echo end`;
}

/** What differs from what is wanted. */
export function drift({ folder, files, packages, units, users }: Workload, answer: string): readonly string[] {
  const lines = new Set(answer.split("\n"));
  const blocks = answer.split(/\n\n|\n(?=Id=)/);
  const missing = (line: string): readonly string[] => (lines.has(line) ? [] : [`no ${line}`]);
  return [
    ...missing("end"),
    ...missing(`s ${folder} 755 root root`),
    ...files.flatMap(({ path, content, template }) => {
      const rendered = template?.replaceAll(`{{ ${variable.name} }}`, variable.value) ?? content;
      const sum = createHash("sha256").update(rendered).digest("hex");
      return [...missing(`s ${path} 644 root root`), ...missing(`${sum}  ${path}`)];
    }),
    ...packages.flatMap((name) => missing(`d ${name} installed`)),
    ...users.flatMap((name) => (answer.includes(`\n${name}:x:`) ? [] : [`no user ${name}`])),
    ...units.flatMap((unit) => (blocks.some((block) => isRunning(block, unit)) ? [] : [`${unit} does not run`])),
  ];
}

function isRunning(block: string, unit: string): boolean {
  return block.includes(`Id=${unit}.service`) && block.includes("ActiveState=active") && block.includes("UnitFileState=enabled");
}
