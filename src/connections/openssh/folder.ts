// The folder of the control sockets: 0700 and ours, or nothing is put there.
import { lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ProblemError } from "../../model/problem.ts";

export interface ControlPlace {
  readonly home: string;
  readonly uid: number;
  /** The system's folder of this user's running things; default /run/user/UID. */
  readonly runtime?: string;
}

/** `$XDG_RUNTIME_DIR/hlx` where the system has made that folder for us, else `~/.hlx/run`: made when it is missing. Throws ProblemError (trust) for a link, a foreign owner, or a folder that others may enter. */
export async function controlFolder({ home, uid, runtime = `/run/user/${uid}` }: ControlPlace): Promise<string> {
  const folder = (await isOwn(runtime, uid)) ? join(runtime, "hlx") : join(home, ".hlx", "run");
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 }).catch((thrown: unknown) => {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
  });
  const because = await unfit(folder, uid);
  if (because === undefined) return folder;
  throw new ProblemError({ code: "trust", message: `the folder ${folder} for ssh's control sockets ${because}`, hint: `look at it, then: rm -r ${folder}` });
}

async function isOwn(folder: string, uid: number): Promise<boolean> {
  return lstat(folder).then(
    (found) => found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0,
    () => false,
  );
}

async function unfit(folder: string, uid: number): Promise<string | undefined> {
  const found = await lstat(folder);
  if (found.isSymbolicLink()) return "is a link";
  if (!found.isDirectory()) return "is no folder";
  if (found.uid !== uid) return `belongs to user ${found.uid}`;
  return (found.mode & 0o077) === 0 ? undefined : "may be entered by others";
}
