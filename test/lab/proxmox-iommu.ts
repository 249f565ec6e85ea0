// A machine with a made-up IOMMU: sysfs trees in volumes over the real ones, a boot loader and an initial RAM disk that obey their files, and a boot that obeys those.
import type { LabHost } from "./hosts.ts";

/**
 * What it does not cover: GRUB and proxmox-boot-tool themselves, an EFI partition, a kernel that groups and binds real devices, and a processor's own IOMMU. The
 * kernel's command line is a file that is mounted over /proc/cmdline.
 */
export const volumes = ["-v", "/sys/bus/pci/devices", "-v", "/sys/kernel/iommu_groups"] as const;

const files: Readonly<Record<string, string>> = {
  "/usr/local/bin/pveversion": "#!/bin/sh\necho 'pve-manager/8.4.1/2a5fa54a8503f96d (running kernel: 6.8.12-9-pve)'",
  "/etc/default/grub": 'GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""',
  "/boot/cmdline": "BOOT_IMAGE=/boot/vmlinuz root=/dev/mapper/pve-root ro quiet",
  "/usr/sbin/update-grub": `#!/bin/sh
. /etc/default/grub; for file in /etc/default/grub.d/*.cfg; do [ ! -e "$file" ] || . "$file"; done
echo "BOOT_IMAGE=/boot/vmlinuz root=/dev/mapper/pve-root ro $GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT" > /boot/cmdline; echo grub >> /srv/order`,
  "/usr/sbin/update-initramfs": "#!/bin/sh\ncat /etc/modprobe.d/*.conf > /boot/initrd.img-lab; echo initramfs >> /srv/order",
  "/usr/local/sbin/boot-iommu": `#!/bin/sh
mount --bind /boot/cmdline /proc/cmdline; echo boot >> /srv/order
case $(cat /proc/cmdline) in *intel_iommu=on*) ;; *) exit 0 ;; esac
mkdir -p /sys/kernel/iommu_groups/14
ids=$(sed -n 's/^options vfio-pci ids=//p' /boot/initrd.img-lab)
for device in /sys/bus/pci/devices/*; do
  ln -sfn /sys/kernel/iommu_groups/14 "$device/iommu_group"
  read -r vendor <"$device/vendor"; read -r id <"$device/device"
  case ,$ids, in *,\${vendor#0x}:\${id#0x},*) ln -sfn ../../drivers/vfio-pci "$device/driver" ;; esac
done`,
  "/etc/systemd/system/boot-iommu.service": `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/boot-iommu
[Install]
WantedBy=sysinit.target`,
};

/** Puts in a card with two functions, of which a third one shares the group, and boots once. */
export async function install(host: LabHost): Promise<void> {
  const put = Object.entries(files).map(
    ([path, text]) =>
      `mkdir -p "$(dirname ${path})" && cat > ${path} <<'THE-END' && chmod ${text.startsWith("#!") ? "0755" : "0644"} ${path}\n${text}\nTHE-END`,
  );
  await host.exec(`${put.join("\n")}
: > /boot/initrd.img-lab
rm -rf /sys/bus/pci/devices/* /sys/kernel/iommu_groups/*
card() { at=/sys/bus/pci/devices/$1; mkdir -p "$at"; echo "$2" >"$at/vendor"; echo "$3" >"$at/device"; echo "$4" >"$at/class"; ln -s "../../drivers/$5" "$at/driver"; }
card 0000:42:00.0 0x10de 0x2684 0x030000 nouveau
card 0000:42:00.1 0x10de 0x22ba 0x040300 snd_hda_intel
card 0000:43:00.0 0x1b21 0x1242 0x0c0330 xhci_hcd
systemctl enable --now boot-iommu 2>/dev/null; rm /srv/order`);
}
