// What cloud-init does at a guest's first start, for the container that stands for it: its user with its keys, and its address.
import { admit } from "./admit.ts";
import { type Engine, engineRun } from "./engine.ts";

/** A guest's cloud-init settings, as far as a container can have them. */
export interface CloudInit {
  readonly user: string;
  /** Lines of authorized_keys. */
  readonly keys: readonly string[];
  /** `192.168.1.2/24`; undefined where DHCP would give one. */
  readonly address?: string;
}

/** From the settings of a guest as Proxmox holds them; the user of Debian's images where none is named. */
export function cloudInitOf(config: Readonly<Record<string, string>>): CloudInit {
  const address = /(?:^|,)ip=([0-9.]+\/\d+)/.exec(config["ipconfig0"] ?? "")?.[1];
  const keys = decodeURIComponent(config["sshkeys"] ?? "").split("\n");
  return {
    user: config["ciuser"] ?? "debian",
    keys: keys.map((key) => key.trim()).filter((key) => key !== ""),
    ...(address === undefined ? {} : { address }),
  };
}

const unit = `[Unit]
Description=The address that cloud-init gives
After=network.target
Before=ssh.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /etc/hlx-lab.address
[Install]
WantedBy=multi-user.target
`;

// Arguments: the unit's text, the address.
const script = `set -eu
printf '%s' "$1" > /etc/systemd/system/hlx-lab-address.service
printf 'ip address replace %s dev eth0\\n' "$2" > /etc/hlx-lab.address
systemctl daemon-reload
systemctl -q enable hlx-lab-address.service
systemctl restart hlx-lab-address.service`;

/** Lets the user in, then takes the address, now and after each start: who comes by the address finds a user who is let in. Throws ProblemError (failed). */
export async function firstStart(engine: Engine, container: string, { user, keys, address }: CloudInit): Promise<void> {
  await admit(engine, container, { user, publicKey: keys.join("\n") });
  if (address !== undefined) await engineRun(engine, ["exec", container, "sh", "-c", script, "sh", unit, address]);
}
