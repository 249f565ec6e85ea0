// Lets somebody log in to a lab host.
import { type Engine, engineRun } from "./engine.ts";

export interface Admission {
  readonly user: string;
  /** One line of authorized_keys. */
  readonly publicKey: string;
  /** For logins and sudo, which asks for it then; without one there is no password login, and sudo asks for none. Throw-away: it is seen in the process list. */
  readonly password?: string;
}

const script = `set -eu
user=$1 key=$2 password=$3
if [ "$user" != root ]; then
  id "$user" >/dev/null 2>&1 || useradd -m -s /bin/sh -- "$user"
  rule=ALL
  if [ -z "$password" ]; then rule=NOPASSWD:ALL; fi
  printf '%s ALL=(ALL:ALL) %s\\n' "$user" "$rule" > /etc/sudoers.d/hlx-lab
  chmod 0440 /etc/sudoers.d/hlx-lab
  visudo -cqf /etc/sudoers.d/hlx-lab
fi
if [ -n "$password" ]; then printf '%s:%s\\n' "$user" "$password" | chpasswd; else usermod -p '*' -- "$user"; fi
home=$(getent passwd "$user" | cut -d: -f6)
mkdir -p -m 700 "$home/.ssh"
printf '%s\\n' "$key" > "$home/.ssh/authorized_keys"
chown -R "$user": "$home/.ssh"`;

/** Creates the user where it is not there, with sudo unless it is root, and with that key alone. Throws ProblemError (failed). */
export async function admit(engine: Engine, container: string, { user, publicKey, password = "" }: Admission): Promise<void> {
  await engineRun(engine, ["exec", container, "sh", "-c", script, "sh", user, publicKey, password]);
}
