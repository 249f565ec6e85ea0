// What the kills work on: a small project whose every run changes everything, and scripts that look at its host without hlx.

/** A host, looked at from outside. */
export interface SoakHost {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  /** Runs a shell command inside as root, not over SSH; rejects when its status is not 0. */
  exec(command: string): Promise<string>;
}

const role = `import { command, defineRole, directory, file, secretRefSchema, service } from "hlx";

export default defineRole({
  name: "soak",
  summary: "Everything changes with each turn.",
  params: {
    type: "object", additionalProperties: false, required: ["turn", "token"],
    properties: { turn: { type: "integer" }, token: secretRefSchema },
  },
  declare({ params }) {
    const turn = String(params.turn);
    const lines = (count: number): string => "turn " + turn + "\\n" + "x".repeat(count) + "\\nturn " + turn + "\\n";
    const conf = file({ path: "/srv/soak/conf", content: lines(10) });
    return [
      directory({ path: "/srv/soak" }),
      directory({ path: "/srv/soak/done" }),
      conf,
      file({ path: "/srv/soak/small", content: lines(100), mode: "0640" }),
      file({ path: "/srv/soak/large", content: lines(150000) }),
      file({ path: "/etc/soak-token", content: ["turn " + turn + "\\n", params.token, "\\nturn " + turn + "\\n"], mode: "0600" }),
      command({ name: "once", args: [turn], creates: "/srv/soak/done/once-" + turn, script: 'echo "once $1" >> /srv/log; : > "/srv/soak/done/once-$1"' }),
      command({
        name: "long", args: [turn], creates: "/srv/soak/done/long-" + turn, deadlineMs: 60000,
        script: 'mkdir /srv/busy || echo "both $1" >> /srv/log; echo "began"; sleep 0.2; echo "long $1" >> /srv/log; : > "/srv/soak/done/long-$1"; rmdir /srv/busy',
      }),
      service({ unit: "soak", running: true, enabled: true, reloadOn: [conf] }),
    ];
  },
});
`;

/** The files of the project, over this host. */
export function projectFiles({ address, port, user, keyFile }: SoakHost): Readonly<Record<string, string>> {
  const host = `  box: { address: ${address}, port: ${port}, user: ${user}, key: ${keyFile} }\n`;
  return {
    "inventory.yaml": `format: 1\nplaybook: site.yaml\nsecrets: secrets.yaml\nhosts:\n${host}`,
    "site.yaml": playbook(0),
    "roles/soak/role.ts": role,
  };
}

export function playbook(turn: number): string {
  return `- hosts: all\n  roles:\n    - soak: { turn: ${turn}, token: !secret soak.token }\n`;
}

/** What a turn's secret is: each turn has another one. */
export function tokenOf(turn: number): string {
  return `canary-hlx-soak-${turn}-canary`;
}

/** Run on the host beforehand: the service, which keeps what it has loaded. */
export const prepareScript = `set -e
printf '[Service]\\nExecStartPre=/bin/sh -c "cp /srv/soak/conf /run/soak-loaded || :"\\nExecStart=/bin/sleep infinity\\nExecReload=/bin/cp /srv/soak/conf /run/soak-loaded\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/soak.service
systemctl daemon-reload
: > /srv/log`;

/** The managed files. */
export const files = ["/srv/soak/conf", "/srv/soak/small", "/srv/soak/large", "/etc/soak-token"] as const;

/** Prints \`PATH FIRST LAST\`: the turns in a file's first and last line. They differ in a file that is half-written. */
const wholeScript = `for f in ${files.join(" ")}; do [ ! -e "$f" ] || echo "file $f $(head -n 1 "$f" | cut -d' ' -f2) $(tail -n 1 "$f" | cut -d' ' -f2)"; done`;

/** All that there is to see right after a kill. */
export const glanceScript = `${wholeScript}; sed 's/^/log /' /srv/log`;

/** All that there is to see once the next run has ended: files, the log, what the service loaded, and what is left over. */
export const lookScript = `${wholeScript}
sed 's/^/log /' /srv/log
echo "loaded $(sed -n 's/^turn //p' /run/soak-loaded | tail -n 1)"
find /srv /etc /root /tmp /var/tmp /var/lib/hlx /run/hlx -name '.hlx-*' -o -path '/run/hlx/jobs/*' -prune -o -path '/run/hlx/out.*' -o -path '*/epoch/*/busy.*' -o -path '*/epoch/*/stages.*' | sed 's/^/left /'
grep -rlF canary-hlx-soak /srv /etc /root /tmp /var/tmp /run /var/lib/hlx 2>/dev/null | grep -vE '^(/etc/soak-token|/var/lib/hlx/undo/.*)$' | sed 's/^/leak /'`;

export interface Seen {
  /** By path: the turns in the first and the last line. */
  readonly files: ReadonlyMap<string, readonly [string, string]>;
  readonly log: readonly string[];
  readonly loaded: string;
  readonly left: readonly string[];
  readonly leaks: readonly string[];
}

/** What a script printed, read. */
export function seenIn(output: string): Seen {
  const lines = output.split("\n").map((line) => [line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1)] as const);
  const of = (what: string): readonly string[] => lines.filter(([word]) => word === what).map(([, rest]) => rest);
  const file = (line: string): readonly [string, readonly [string, string]] => {
    const [path = "", first = "", last = ""] = line.split(" ");
    return [path, [first, last]];
  };
  return { files: new Map(of("file").map(file)), log: of("log"), loaded: of("loaded")[0] ?? "", left: of("left"), leaks: of("leak") };
}
