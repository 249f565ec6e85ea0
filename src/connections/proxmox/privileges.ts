// Which privileges hlx needs in a Proxmox cluster, where, and what gives them. Verified on PVE 9.2; VM.Monitor is what PVE 8 has in place of VM.GuestAgent.Audit.

/** Privileges at one path, and what for. */
export interface Needed {
  readonly path: string;
  readonly privileges: readonly string[];
  readonly for: string;
  /** Only some of what hlx can do needs it. */
  readonly optional?: true;
}

const guests = [
  ...["VM.Allocate", "VM.Audit", "VM.Clone"],
  ...["VM.Config.CDROM", "VM.Config.CPU", "VM.Config.Cloudinit", "VM.Config.Disk", "VM.Config.HWType", "VM.Config.Memory", "VM.Config.Network"],
  ...["VM.Config.Options", "VM.PowerMgmt", "VM.Snapshot", "VM.Snapshot.Rollback"],
];

/** What hlx needs of a cluster of this version (`9.2.11`). */
export function neededPrivileges(version: string): readonly Needed[] {
  const agent = Number.parseInt(version, 10) >= 9 ? "VM.GuestAgent.Audit" : "VM.Monitor";
  return [
    { path: "/vms", privileges: [...guests, agent], for: "guests" },
    ...(Number.parseInt(version, 10) >= 9
      ? [{ path: "/vms", privileges: ["VM.GuestAgent.FileRead"], for: "the host keys of new guests, through their agents", optional: true as const }]
      : []),
    { path: "/storage", privileges: ["Datastore.AllocateSpace", "Datastore.AllocateTemplate", "Datastore.Audit"], for: "disks and images" },
    { path: "/sdn/zones", privileges: ["SDN.Use"], for: "network cards" },
    { path: "/", privileges: ["Sys.Audit"], for: "PCI devices, what nodes have, Ceph's health, and other nodes when this one does not answer", optional: true },
    { path: "/nodes", privileges: ["Sys.AccessNetwork"], for: "downloads by URL", optional: true },
    { path: "/pool", privileges: ["Pool.Allocate", "Pool.Audit"], for: "pools", optional: true },
    { path: "/mapping/pci", privileges: ["Mapping.Audit", "Mapping.Modify", "Mapping.Use"], for: "passing devices through", optional: true },
    { path: "/", privileges: ["Sys.Console"], for: "high availability", optional: true },
    { path: "/", privileges: ["Sys.Modify"], for: "Ceph's pools", optional: true },
  ];
}

/** What is missing of it, by the answers of `GET /access/permissions?path=…`. */
export function missingOf(needed: readonly Needed[], granted: ReadonlyMap<string, readonly string[]>): readonly Needed[] {
  return needed.flatMap((one) => {
    const privileges = one.privileges.filter((privilege) => granted.get(one.path)?.includes(privilege) !== true);
    return privileges.length === 0 ? [] : [{ ...one, privileges }];
  });
}

/**
 * The commands, for the root of any node, that give what is missing: first what guests need, and once nothing of that is missing, the rest. An ACL at a path replaces what is
 * inherited there (pveum(1)), so each path's role holds what is needed there and what the login has there already. A token with privilege separation has no more than its user: both get it.
 */
export function granting(missing: readonly Needed[], who: { readonly login: string; readonly has: ReadonlyMap<string, readonly string[]> }): string {
  const urgent = missing.filter(({ optional }) => optional !== true);
  const due = urgent.length === 0 ? missing : urgent;
  const [user, token] = who.login.split("!");
  const whom = token === undefined ? `--users '${user}'` : `--users '${user}' --tokens '${who.login}'`;
  const paths = [...new Set(due.map(({ path }) => path))];
  return paths
    .map((path) => {
      const wanted = due.filter((one) => one.path === path).flatMap(({ privileges }) => privileges);
      const all = [...new Set([...wanted, ...(who.has.get(path) ?? [])])].toSorted().join(",");
      const role = path === "/" ? "hlx" : `hlx${path.replaceAll("/", "-")}`;
      return `pveum role add ${role} --privs '${all}' || pveum role modify ${role} --privs '${all}'; pveum acl modify ${path} --roles ${role} ${whom}`;
    })
    .join("; ");
}
