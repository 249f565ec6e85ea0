// What is measured: W1, a converged host of many sorts of resources, and W2, many small files from nothing.

export interface BenchFile {
  readonly path: string;
  readonly content: string;
  /** The same content with its variable left out, in Jinja's spelling; plain files have none. */
  readonly template?: string;
}

export interface Workload {
  readonly name: "w1" | "w2";
  readonly folder: string;
  readonly files: readonly BenchFile[];
  readonly packages: readonly string[];
  readonly units: readonly string[];
  readonly users: readonly string[];
}

/** The variable that templates hold. */
export const variable = { name: "site_domain", value: "bench.example.org" } as const;

const body = "# a small file, as they are in /etc\n".repeat(7);

/** A directory, 25 copies, 25 templates, 5 drop-ins, 10 packages, 10 services, 5 users: 81 things, 72 of them declared (packages are one list). */
export const w1: Workload = {
  name: "w1",
  folder: "/etc/hlx-bench/w1",
  files: [
    ...numbered(25).map((index) => ({ path: `/etc/hlx-bench/w1/copy-${index}.conf`, content: `${body}index = ${index}\n` })),
    ...numbered(25).map((index) => templated(`/etc/hlx-bench/w1/template-${index}.conf`, `${body}domain = {{ ${variable.name} }}\nindex = ${index}\n`)),
    ...numbered(5).map((index) => ({ path: `/etc/hlx-bench/w1/line-${index}.conf`, content: `net.bench.value${index} = 1\n` })),
  ],
  packages: ["bash", "coreutils", "dash", "findutils", "grep", "gzip", "sed", "sudo", "tar", "util-linux"],
  units: numbered(10).map((index) => `hlx-bench-${index}`),
  users: numbered(5).map((index) => `bench${index}`),
};

/** 100 files of 300 bytes, into a folder that is there and empty. */
export const w2: Workload = {
  name: "w2",
  folder: "/etc/hlx-bench/w2",
  files: numbered(100).map((index) => ({ path: `/etc/hlx-bench/w2/file-${index}.conf`, content: `${body}${"x".repeat(30)}\nindex = ${index}\n` })),
  packages: [],
  units: [],
  users: [],
};

/** Run on each host beforehand: the services that W1 finds running, and the folders. */
export const hostScript = `set -e
mkdir -p ${w1.folder} ${w2.folder}
for unit in ${w1.units.join(" ")}; do
  printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n' > "/etc/systemd/system/$unit.service"
done
systemctl daemon-reload
systemctl -q enable --now ${w1.units.join(" ")}`;

/** The last component of a path. */
export function nameOf({ path }: Pick<BenchFile, "path">): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function templated(path: string, template: string): BenchFile {
  return { path, template, content: template.replace(`{{ ${variable.name} }}`, variable.value) };
}

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
