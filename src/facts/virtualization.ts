// What the host runs in: a container, a virtual machine of some sort, or nothing.
import { type Fact, matching } from "./fact.ts";

/** "none", "container", or a virtual machine as systemd-detect-virt(1) names it ("kvm", "vmware", "vm-other" …). */
export const virtualization: Fact<string> = {
  script: `
if command -v systemd-detect-virt >/dev/null; then
  if systemd-detect-virt --quiet --container; then echo container; else systemd-detect-virt --vm; fi
  exit
fi
if [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -e /run/systemd/container ] || tr '\\0' '\\n' </proc/1/environ 2>/dev/null | grep -q '^container='; then
  echo container
  exit
fi
case $(cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name 2>/dev/null) in
  *QEMU* | *KVM*) echo kvm ;;
  *VMware*) echo vmware ;;
  *VirtualBox* | *innotek*) echo oracle ;;
  *Microsoft*Virtual*) echo microsoft ;;
  *Xen*) echo xen ;;
  *) if grep -q '^flags.* hypervisor' /proc/cpuinfo 2>/dev/null; then echo vm-other; else echo none; fi ;;
esac
`,
  parse: (output) => matching(output, /^[a-z0-9][a-z0-9-]{0,63}$/),
};
