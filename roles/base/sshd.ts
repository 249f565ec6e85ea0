// What the SSH server allows: a drop-in that is tested before it is loaded.
import { type Facts, file, type Resource, service } from "hlx";
import type { BaseParams } from "./params.ts";

/** The first value wins in sshd_config(5), and cloud-init's drop-in is 50-: ours must sort before it. */
const path = "/etc/ssh/sshd_config.d/10-hlx.conf";

/** The limits, and the server that has loaded them. */
export function sshd({ passwordLogin, rootLogin }: NonNullable<BaseParams["sshd"]>, facts: Facts): readonly Resource[] {
  const lines = [
    ...(passwordLogin === undefined ? [] : [`PasswordAuthentication ${yesNo(passwordLogin)}`, `KbdInteractiveAuthentication ${yesNo(passwordLogin)}`]),
    ...(rootLogin === undefined ? [] : [`PermitRootLogin ${rootLogin}`]),
  ];
  if (lines.length === 0) return [];
  const limits = file({ path, content: lines.map((line) => `${line}\n`).join(""), guard: ["/usr/sbin/sshd", "-t"] });
  return [limits, service({ unit: "ssh", enabled: !startedBySocket(facts), reloadOn: [limits] })];
}

// Ubuntu starts sshd by ssh.socket since 22.10; ssh.service is off at boot there (discourse.ubuntu.com/t/30189).
function startedBySocket({ os }: Facts): boolean {
  return os.id === "ubuntu" && Number.parseFloat(os.versionId) >= 22.1;
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
