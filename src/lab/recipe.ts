// What the lab's image is made of, beside Debian itself.
import type { AptSetup } from "./apt.ts";

/** No Python: hlx needs none on a host. */
export const packages = ["systemd", "systemd-sysv", "dbus", "openssh-server", "iproute2", "ca-certificates", "sudo"] as const;

/** Runs inside, as root, once. Host keys go: each host makes its own. Timers that would hold apt's lock go, too. */
export const setupScript = `set -eu
rm -f /etc/ssh/ssh_host_*
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer console-getty.service getty@tty1.service; do
  ln -sf /dev/null "/etc/systemd/system/$unit"
done
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -sf /etc/systemd/system/hlx-lab-host-keys.service /etc/systemd/system/multi-user.target.wants/hlx-lab-host-keys.service
update-ca-certificates >/dev/null 2>&1
rm -f /etc/machine-id /var/lib/dbus/machine-id /hlx-lab-setup
: > /etc/machine-id
`;

const hostKeys = `[Unit]
Description=SSH host keys of this lab host
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/ssh-keygen -A
[Install]
WantedBy=multi-user.target
`;

/** Files of the image by absolute path: the controller's own way to its mirrors, and what makes a container boot like a host. */
export function overlay(apt: AptSetup): Readonly<Record<string, string>> {
  return {
    "/etc/apt/sources.list": apt.sources,
    "/etc/apt/apt.conf.d/90hlx-lab": apt.config,
    "/etc/dpkg/dpkg.cfg.d/90hlx-lab": "force-unsafe-io\n",
    "/etc/systemd/system/hlx-lab-host-keys.service": hostKeys,
    // sshd -i through the engine needs its folder whether the service runs or not.
    "/etc/systemd/system/ssh.service.d/90-hlx-lab.conf": "[Service]\nRuntimeDirectoryPreserve=yes\n",
    "/usr/lib/tmpfiles.d/hlx-lab.conf": "d /run/sshd 0755 root root\n",
    ...Object.fromEntries(apt.certificates.map(({ name, pem }) => [`/usr/local/share/ca-certificates/${name}`, pem])),
  };
}
