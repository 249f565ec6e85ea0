// What a host, user or port may look like: nothing that a shell, a command line or a terminal could take for something else.
import type { Problem } from "../../model/problem.ts";

/** A host name, IPv4 or IPv6 address. No leading hyphen, no shell or control characters (CVE-2023-51385, CVE-2017-1000117). */
export function isHostName(text: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?$/.test(text) || /^[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9_.-]{1,15})?$/.test(text);
}

/** A login name: letters, digits, `_ . - + @` and a `$` at the end (Samba); no leading hyphen (CVE-2025-61984). */
export function isUserName(text: string): boolean {
  return /^[\p{L}\p{N}_.+][\p{L}\p{N}_.+@-]{0,62}\$?$/u.test(text);
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** What is wrong with where and as whom to log in; `of` says where it was written ("the jump host of ocean"). */
export function nameProblems(of: string, login: { readonly address: string; readonly user: string; readonly port: number }): readonly Problem[] {
  const wrong = (what: string, value: string): Problem => ({
    code: "input",
    message: `${of}: ${visible(value)} is no ${what}`,
    hint: `a ${what} does not begin with "-" and has no spaces, quotes, shell or control characters`,
  });
  return [
    ...(isHostName(login.address) ? [] : [wrong("host name or address", login.address)]),
    ...(isUserName(login.user) ? [] : [wrong("user name", login.user)]),
    ...(isPort(login.port) ? [] : [{ code: "input" as const, message: `${of}: port ${login.port} is not between 1 and 65535` }]),
  ];
}

/** `user@host:port` in pieces; undefined when it is not of that form. An IPv6 address with a port stands in brackets. */
export function parseJump(text: string): { readonly user?: string; readonly address: string; readonly port?: number } | undefined {
  const found = /^(?:ssh:\/\/)?(?:([^@]*)@)?(?:\[([^\]]+)\]|([^:[\]]+)|([^[\]]*:[^[\]]*:[^[\]]*))(?::(\d{1,5}))?$/.exec(text);
  const address = found?.[2] ?? found?.[3] ?? found?.[4];
  if (found === null || address === undefined) return undefined;
  const [, user, , , , port] = found;
  return { address, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port: Number(port) }) };
}

/** The text in quotes, with everything that is not printable ASCII written as U+XXXX. */
function visible(text: string): string {
  const shown = [...text.slice(0, 80)].map((each) =>
    /[\x20-\x7e]/.test(each) ? each : `U+${(each.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
  return `"${shown.join("")}"`;
}
