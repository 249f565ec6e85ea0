// What can be wrong on the machine that hlx runs on: its Node, the keys it trusts, its agent, the project folder.
import { lstat, stat } from "node:fs/promises";
import { connect } from "node:net";
import { release, version } from "node:process";
import type { Io } from "../../io.ts";
import type { Finding } from "../../views/doctor.ts";

export interface ThisMachine {
  readonly io: Io;
  readonly knownHosts: readonly string[];
  /** The inventory's folder. */
  readonly folder: string;
}

/** Looks at this machine; changes nothing. */
export async function examineThisMachine({ io, knownHosts, folder }: ThisMachine): Promise<readonly Finding[]> {
  const [file = ""] = knownHosts;
  const own = io.ids?.uid;
  return [nodeFinding(), await knownHostsFinding(file, own), await agentFinding(io.env["SSH_AUTH_SOCK"]), await folderFinding(folder, own)];
}

function nodeFinding(): Finding {
  const found = `${version}${release.lts === undefined ? "" : ` (${release.lts})`}`;
  return { check: "node", level: "ok", found };
}

async function knownHostsFinding(file: string, own: number | undefined): Promise<Finding> {
  const check = "known_hosts";
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return { check, level: "ok", found: `${file} is not there yet`, mend: "hlx trust HOST writes it" };
  if (own !== undefined && found.uid !== own && found.uid !== 0) return wrong(check, `${file} belongs to user ${found.uid}`, `chown ${own} ${file}`);
  if ((found.mode & 0o022) !== 0) return wrong(check, `${file} may be written by others`, `chmod go-w ${file}`);
  return { check, level: "ok", found: file };
}

async function agentFinding(socket: string | undefined): Promise<Finding> {
  const check = "agent";
  if (socket === undefined || socket === "") return { check, level: "ok", found: "none: keys are read from files" };
  if (await answers(socket)) return { check, level: "ok", found: socket };
  return { check, level: "warning", found: `${socket} does not answer`, mend: 'eval "$(ssh-agent)" && ssh-add' };
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const open = connect(socket, () => {
      open.destroy();
      resolve(true);
    });
    open.once("error", () => resolve(false));
  });
}

async function folderFinding(folder: string, own: number | undefined): Promise<Finding> {
  const check = "project";
  const found = await lstat(folder);
  if (own !== undefined && found.uid !== own && found.uid !== 0) {
    return wrong(check, `${folder} belongs to user ${found.uid}, who could change what hlx does`, `chown -R ${own} ${folder}`);
  }
  if ((found.mode & 0o022) !== 0) return wrong(check, `${folder} may be written by others, who could change what hlx does`, `chmod go-w ${folder}`);
  return { check, level: "ok", found: folder };
}

function wrong(check: string, found: string, mend: string): Finding {
  return { check, level: "error", found, mend };
}
