// The account databases: users, groups and a hash of the password field. All names in one read.
import type { Read, ShellReader } from "../../model/ports/shell.ts";

export interface AccountQuery {
  readonly database: "passwd" | "group" | "shadow";
  readonly name: string;
}

/** An entry of passwd(5). `group` is the primary group's name, or its number where it has none. */
export interface Account {
  readonly uid: number;
  readonly group: string;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

/** The lines of a database that are about one name, split into fields; for shadow the field is its SHA-256, made on the host. */
const accountRead: Read<AccountQuery, readonly string[] | undefined> = {
  name: "accounts",
  args: ({ database, name }) => [database, name],
  parse: (output, queries) => queries.map(fieldsIn(output)),
  script: `
LC_ALL=C; export LC_ALL
set -f
users= groups= shadows=
while [ $# -gt 0 ]; do
  case $1 in passwd) users="$users $2" ;; group) groups="$groups $2" ;; shadow) shadows="$shadows $2" ;; esac
  shift 2
done
lookup() {
  database=$1; shift
  [ $# -gt 0 ] || return 0
  if command -v getent >/dev/null; then getent "$database" "$@"; else cat "/etc/$database"; fi
}
tagged() { while IFS= read -r line; do printf '%s\\n' "$1:$line"; done; }
found=$(lookup passwd $users)
printf '%s\\n' "$found" | tagged passwd
lookup group $groups $(printf '%s\\n' "$found" | cut -d: -f4) | tagged group
for name in $shadows; do
  lookup shadow "$name" | while IFS=: read -r who field rest; do
    [ "$who" = "$name" ] || continue
    sum=$(printf %s "$field" | sha256sum)
    printf 'shadow:%s:%s\\n' "$who" "\${sum%% *}"
  done
done
`,
};

function fieldsIn(output: string): (query: AccountQuery) => readonly string[] | undefined {
  const lines = output.split("\n").map((line) => line.split(":"));
  const groupOf = new Map(lines.filter(([database]) => database === "group").map(([, name = "", , gid = ""]) => [gid, name]));
  return ({ database, name }) => {
    const fields = lines.find((line) => line[0] === database && line[1] === name)?.slice(1);
    return database === "passwd" && fields !== undefined ? [...fields, groupOf.get(fields[3] ?? "") ?? fields[3] ?? ""] : fields;
  };
}

/** The account of this name, or undefined. */
export async function accountOf(name: string, shell: ShellReader): Promise<Account | undefined> {
  const fields = await shell.ask(accountRead, { database: "passwd", name });
  if (fields === undefined) return undefined;
  const [, , uid = "", , comment = "", home = "", shellPath = "", group = ""] = fields;
  return { uid: Number(uid), group, comment, home, shell: shellPath };
}

/** The group of this name, with those who are in it beside whose primary group it is. */
export async function groupOf(name: string, shell: ShellReader): Promise<{ readonly gid: number; readonly members: readonly string[] } | undefined> {
  const fields = await shell.ask(accountRead, { database: "group", name });
  if (fields === undefined) return undefined;
  return { gid: Number(fields[2]), members: (fields[3] ?? "").split(",").filter((member) => member !== "") };
}

/** SHA-256 of the password field of shadow(5); undefined when there is none or it may not be read. */
export async function passwordHashOf(name: string, shell: ShellReader): Promise<string | undefined> {
  const fields = await shell.ask(accountRead, { database: "shadow", name });
  return fields !== undefined && /^[0-9a-f]{64}$/.test(fields[1] ?? "") ? fields[1] : undefined;
}
