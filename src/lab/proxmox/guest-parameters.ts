// The settings of guests that Proxmox knows: names and types as the API of PVE 9.2.11 has them.
import { anything, each, flag, format, long, number, oneOf, parts, type Rules, shaped, whole } from "./rules.ts";

export const id = whole(100, 999_999_999);
export const dnsName = format(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/,
  "value does not look like a valid DNS name",
);
export const configId = format(/^[a-z][a-z0-9_-]+$/i, "invalid configuration ID");
export const storageId = format(/^[a-z][a-z0-9._-]*[a-z0-9]$/i, "storage ID contains illegal characters");
export const poolId = format(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+){0,2}$/, "value does not look like a valid poolid");
const mac = format(/^[a-f0-9]{2}(:[a-f0-9]{2}){5}$/i, "value does not look like a valid unicast MAC address");
const tags = format(/^(([a-z0-9_][a-z0-9_+.-]*)([;, ]+|$))*$/i, "invalid characters in tag");
const address = format(/^(dhcp|(\d{1,3}\.){3}\d{1,3}\/\d{1,2})$/, "value does not look like a valid ipv4 network configuration");
const ip = format(/^(\d{1,3}\.){3}\d{1,3}$/, "value does not look like a valid IPv4 address");
const ips = format(/^[0-9a-fA-F.:%]+([;, ]+[0-9a-fA-F.:%]+)*$/, "value does not look like a valid address");
const encoded = format(/^([A-Za-z0-9_.~!*'()-]|%[0-9A-Fa-f]{2})*$/, "invalid urlencoded string");
const startup = parts({ order: whole(0), up: whole(0), down: whole(0) }, "order");
const hex = shaped(/^0x[0-9a-fA-F]{4}$/);

const drive: Rules = {
  ...each(anything, "file volume format import-from size aio detect_zeroes rerror werror serial wwn model product vendor"),
  ...each(flag, "backup iothread replicate ro scsiblock shared snapshot ssd"),
  ...each(anything, "bps bps_max_length bps_rd bps_rd_length bps_rd_max_length bps_wr bps_wr_length bps_wr_max_length"),
  ...each(
    anything,
    "iops iops_max iops_max_length iops_rd iops_rd_length iops_rd_max iops_rd_max_length iops_wr iops_wr_length iops_wr_max iops_wr_max_length",
  ),
  ...each(anything, "mbps mbps_max mbps_rd mbps_rd_max mbps_wr mbps_wr_max"),
  ...{ cache: oneOf("none writethrough writeback unsafe directsync"), discard: oneOf("ignore on"), media: oneOf("cdrom disk"), queues: whole(2) },
};
const without = (rules: Rules, names: string): Rules => Object.fromEntries(Object.entries(rules).filter(([name]) => !names.split(" ").includes(name)));
const models = "e1000 e1000-82540em e1000-82544gc e1000-82545em e1000e i82551 i82557b i82559er ne2k_isa ne2k_pci pcnet rtl8139 virtio vmxnet3";
const card: Rules = {
  ...each(mac, `macaddr ${models}`),
  ...{ model: oneOf(models), bridge: anything, tag: whole(1, 4094), trunks: anything, rate: number(0), queues: whole(0, 64), mtu: whole(1, 65_520) },
  ...each(flag, "firewall link_down host-tunnel"),
};

/** Of a virtual machine, in `config`. */
export const machine: Rules = {
  ...each(flag, "acpi allow-ksm autostart ciupgrade force freeze keephugepages kvm localtime numa onboot protection reboot skiplock tablet tdf template"),
  ...each(anything, "affinity amd-sev args audio0 cdrom cicustom cipassword ciuser hookscript hotplug intel-tdx ivshmem rng0 searchdomain"),
  ...each(anything, "spice_enhancements startdate vga vmstatestorage watchdog smbios1 vmgenid"),
  ...each(whole(1), "cores sockets smp vcpus"),
  ...{
    balloon: whole(0),
    shares: whole(0, 50_000),
    cpuunits: whole(1, 262_144),
    cpulimit: number(0, 128),
    migrate_speed: whole(0),
    migrate_downtime: number(0),
  },
  arch: oneOf("x86_64 aarch64"),
  bios: oneOf("seabios ovmf"),
  citype: oneOf("configdrive2 nocloud opennebula"),
  hugepages: oneOf("any 2 1024"),
  keyboard: anything,
  lock: oneOf("backup clone create migrate rollback snapshot snapshot-delete suspending suspended"),
  ostype: oneOf("other wxp w2k w2k3 w2k8 wvista win7 win8 win10 win11 l24 l26 solaris"),
  scsihw: oneOf("lsi lsi53c810 virtio-scsi-pci virtio-scsi-single megasas pvscsi"),
  bootdisk: shaped(/^(ide|sata|scsi|virtio)\d+$/),
  description: long(8192),
  name: dnsName,
  nameserver: ips,
  sshkeys: encoded,
  tags,
  startup,
  boot: parts({ order: shaped(/^(ide|sata|scsi|virtio|net|hostpci|usb)\d+(;(ide|sata|scsi|virtio|net|hostpci|usb)\d+)*$/), legacy: anything }, "legacy"),
  agent: parts({ ...each(flag, "enabled freeze-fs freeze-fs-on-backup fstrim_cloned_disks guest-fsfreeze"), type: oneOf("virtio isa") }, "enabled"),
  cpu: parts({ ...each(anything, "cputype flags guest-phys-bits hv-vendor-id level phys-bits reported-model"), hidden: flag }, "cputype"),
  machine: parts(
    { type: shaped(/^(pc|q35|virt|(pc|pc-i440fx|pc-q35|virt)-\d+(\.\d+)+(\+pve\d+)?(\.pxe)?)$/), ...each(anything, "aw-bits viommu enable-s3 enable-s4") },
    "type",
  ),
  memory: parts({ current: whole(16) }, "current"),
  efidisk0: parts({ ...each(anything, "file volume format import-from size ms-cert"), efitype: oneOf("2m 4m"), "pre-enrolled-keys": flag }, "file"),
  tpmstate0: parts({ ...each(anything, "file volume format import-from size"), version: oneOf("v1.2 v2.0") }, "file"),
  "net#31": parts(card, "model"),
  "ipconfig#31": parts({ ip: address, gw: ip, ip6: anything, gw6: anything }),
  "scsi#30": parts(drive, "file"),
  "virtio#15": parts(without(drive, "product queues scsiblock ssd vendor wwn"), "file"),
  "sata#5": parts(without(drive, "iothread product queues ro scsiblock vendor"), "file"),
  "ide#3": parts(without(drive, "iothread product queues ro scsiblock vendor"), "file"),
  "unused#255": parts(each(anything, "file volume"), "file"),
  "hostpci#15": parts(
    {
      ...{ host: anything, mapping: configId, driver: oneOf("vfio keep"), mdev: anything, romfile: anything },
      ...each(flag, "legacy-igd pcie rombar x-vga"),
      ...each(hex, "device-id sub-device-id sub-vendor-id vendor-id"),
    },
    "host",
  ),
  ...{ "numa#7": anything, "parallel#2": anything, "usb#13": parts({ host: anything, mapping: configId, usb3: flag }, "host"), "virtiofs#9": anything },
  "serial#3": shaped(/^(\/dev\/[^,]+|socket)$/),
};

const volume: Rules = { ...each(anything, "volume size idmap mountoptions"), ...each(flag, "acl quota replicate ro shared") };

/** Of a container, in `config`. */
export const container: Rules = {
  ...each(flag, "console debug onboot protection template unprivileged"),
  ...each(anything, "entrypoint env hookscript timezone"),
  arch: oneOf("amd64 i386 arm64 armhf riscv32 riscv64"),
  cmode: oneOf("shell console tty"),
  lock: oneOf("backup create destroyed disk fstrim migrate mounted rollback snapshot snapshot-delete"),
  ostype: oneOf("debian devuan ubuntu centos fedora opensuse archlinux alpine gentoo nixos unmanaged"),
  ...{ cores: whole(1, 8192), cpulimit: number(0, 8192), cpuunits: whole(0, 500_000), memory: whole(16), swap: whole(0), tty: whole(0, 6) },
  description: long(8192),
  hostname: dnsName,
  nameserver: ips,
  searchdomain: format(/^[A-Za-z0-9.-]+([;, ]+[A-Za-z0-9.-]+)*$/, "value does not look like a valid DNS name"),
  ...{ tags, startup },
  features: parts({ ...each(flag, "force_rw_sys fuse keyctl mknod nesting"), mount: anything }),
  rootfs: parts(volume, "volume"),
  "mp#255": parts({ ...volume, mp: shaped(/^\/[^,]+$/), backup: flag, keepattrs: flag }, "volume"),
  "net#31": parts({
    ...{ name: shaped(/^[-_.\w]+$/), bridge: shaped(/^[-_.\w]+$/), hwaddr: mac, tag: whole(1, 4094), trunks: shaped(/^\d+(;\d+)*$/), type: oneOf("veth") },
    ...{ ip: format(/^(dhcp|manual|(\d{1,3}\.){3}\d{1,3}\/\d{1,2})$/, "value does not look like a valid ipv4 network configuration"), gw: ip },
    ...{ ip6: anything, gw6: anything, mtu: whole(64, 65_535), rate: number(0) },
    ...each(flag, "firewall host-managed link_down"),
  }),
  "unused#255": parts({ volume: anything }, "volume"),
  "dev#255": anything,
};
