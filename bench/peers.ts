// The other tools, in a virtual environment of the bench's own, and everybody's version.
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../src/lab/run.ts";

/** Everything that the bench installs is below this folder's parent. */
export const venv = "/var/lib/hlx-bench/venv";

/** Installs ansible-core, Mitogen and pyinfra from PyPI, as this machine's Python gets them, once; `say` is told when it takes a while. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  if (!existsSync(join(venv, "bin/pyinfra"))) {
    say(`installing ansible-core, mitogen and pyinfra into ${venv}`);
    mkdirSync(dirname(venv), { recursive: true });
    await must(["python3", "-m", "venv", venv]);
    await must([`${venv}/bin/pip`, "install", "-q", "ansible-core", "mitogen", "pyinfra"]);
  }
  const found = await must([`${venv}/bin/python`, "-c", "import ansible_mitogen; print(ansible_mitogen.__path__[0])"]);
  const link = join(venv, "lib/mitogen-strategy");
  rmSync(link, { force: true });
  symlinkSync(join(found.trim(), "plugins/strategy"), link);
}

/** Name and version of what takes part. */
export async function versions(withPeers: boolean): Promise<Readonly<Record<string, string>>> {
  const own = { node: process.version, ssh: (await run(["ssh", "-V"])).stderr.trim() };
  if (!withPeers) return own;
  const script = "import importlib.metadata as m; print('\\n'.join(m.version(n) for n in ('ansible-core', 'mitogen', 'pyinfra')))";
  const [core = "", mitogen = "", pyinfra = ""] = (await must([`${venv}/bin/python`, "-c", script])).split("\n");
  const python = (await must([`${venv}/bin/python`, "--version"])).trim();
  return { ...own, python, "ansible-core": core, mitogen, pyinfra };
}

async function must(argv: readonly string[]): Promise<string> {
  const ran = await run(argv, { env: process.env, deadlineMs: 600_000 });
  if (ran.status !== 0) throw new Error(`${argv.join(" ")}: ${ran.stderr.slice(-800)}`);
  return ran.stdout;
}
