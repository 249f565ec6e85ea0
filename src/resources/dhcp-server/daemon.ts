// The two servers: what Debian calls them, where their files are, and how those are tested.
import { isRecord } from "../../lib/json.ts";
import { readIsc } from "../../model/dhcp/isc-read.ts";
import { iscConf, iscDefaults } from "../../model/dhcp/isc-text.ts";
import { readKea } from "../../model/dhcp/kea-read.ts";
import { keaText } from "../../model/dhcp/kea-text.ts";
import type { DhcpModel, DhcpServerName, DhcpSettings } from "../../model/dhcp/model.ts";
import type { Ownership } from "../ownership.ts";

export interface DhcpFile extends Ownership {
  readonly path: string;
  /** With `%s` for the staged file. */
  readonly validate?: readonly string[];
  text(model: DhcpModel): string;
}

export interface Daemon {
  /** Of the systemd unit and of the package alike. */
  readonly unit: string;
  /** What listens on port 67. */
  readonly process: string;
  /** How it loads its files: dhcpd only by starting anew. */
  readonly loads: "reload" | "restart";
  /** The configuration first. */
  readonly files: readonly [DhcpFile, ...DhcpFile[]];
  /** What the files' texts mean, in their order, as far as it is the model's business. */
  read(texts: readonly string[], model: DhcpModel): DhcpSettings;
}

// As the server's own user: what root leaves behind (locks, logs) would be in its way. The staging folder is closed to it, so it tests a copy,
// beside the real one because AppArmor lets it read nowhere else.
const keaTest = `
copy=$(mktemp /etc/kea/.hlx-test.XXXXXX) || exit
trap 'rm -f -- "$copy"' EXIT
cat < "$1" > "$copy" && chgrp _kea "$copy" && chmod 0640 "$copy" || exit
out=$(KEA_LOCKFILE_DIR=none setpriv --reuid=_kea --regid=_kea --init-groups /usr/sbin/kea-dhcp4 -t "$copy" 2>&1) && exit
grep -v ' INFO ' <<END | sed "s|$copy|kea-dhcp4.conf|g"
$out
END
exit 1
`;

// Without its banner and its request for bug reports: what is left is what is wrong, and where.
const iscTest = `
out=$(/usr/sbin/dhcpd -t -4 -cf "$1" 2>&1) && exit
sed -e '/^Internet Systems/,/^For info/d' -e '/^If you think/,$d' -e "s|$1|dhcpd.conf|g" <<END
$out
END
exit 1
`;

const kea: Daemon = {
  unit: "kea-dhcp4-server",
  process: "kea-dhcp4",
  loads: "reload",
  files: [{ path: "/etc/kea/kea-dhcp4.conf", mode: "0640", owner: "root", group: "_kea", validate: ["sh", "-c", keaTest, "sh", "%s"], text: keaText }],
  read: ([text = ""], { extra }) => readKea(text, isRecord(extra) ? Object.keys(extra) : []),
};

const isc: Daemon = {
  unit: "isc-dhcp-server",
  process: "dhcpd",
  loads: "restart",
  files: [
    {
      ...{ path: "/etc/dhcp/dhcpd.conf", mode: "0644", owner: "root", group: "root" },
      validate: ["sh", "-c", iscTest, "sh", "%s"],
      text: iscConf,
    },
    { path: "/etc/default/isc-dhcp-server", mode: "0644", owner: "root", group: "root", text: iscDefaults },
  ],
  read: ([conf = "", defaults = ""], { extra }) => readIsc(conf, defaults, typeof extra === "string" ? (extra.match(/[a-z-]+/g) ?? []) : []),
};

export function daemonOf(server: DhcpServerName): Daemon {
  return server === "kea" ? kea : isc;
}

/** The one that must not run beside it. */
export function rivalOf(server: DhcpServerName): Daemon {
  return server === "kea" ? isc : kea;
}
