// The kinds of resources, one line each.
import type { AnyKind } from "../model/kind.ts";
import { authorizedKeysKind } from "./authorized-keys.ts";
import { bindConfigKind } from "./bind-config.ts";
import { bindRecordsKind } from "./bind-records.ts";
import { bindZoneKind } from "./bind-zone.ts";
import { commandKind } from "./command.ts";
import { composeStackKind } from "./compose-stack.ts";
import { dhcpServerKind } from "./dhcp-server.ts";
import { directoryKind } from "./directory.ts";
import { dockerContainerKind } from "./docker-container.ts";
import { dockerNetworkKind } from "./docker-network.ts";
import { dockerRegistryLoginKind } from "./docker-registry-login.ts";
import { dockerVolumeKind } from "./docker-volume.ts";
import { fileKind } from "./file.ts";
import { groupKind } from "./group.ts";
import { jsonKind } from "./json.ts";
import { k8sObjectKind } from "./k8s-object.ts";
import { kernelBootKind } from "./kernel-boot.ts";
import { kernelModuleKind } from "./kernel-module.ts";
import { microk8sNodeKind } from "./microk8s-node.ts";
import { networkInterfacesKind } from "./network-interfaces.ts";
import { packagesKind } from "./packages.ts";
import { piholeConfigKind } from "./pihole-config.ts";
import { piholeFiltersKind } from "./pihole-filters.ts";
import { proxmoxCephHealthKind } from "./proxmox-ceph-health.ts";
import { proxmoxCephPoolKind } from "./proxmox-ceph-pool.ts";
import { proxmoxContainerKind } from "./proxmox-container.ts";
import { proxmoxMappingKind } from "./proxmox-mapping.ts";
import { proxmoxPoolKind } from "./proxmox-pool.ts";
import { proxmoxSnapshotKind } from "./proxmox-snapshot.ts";
import { proxmoxStorageContentKind } from "./proxmox-storage-content.ts";
import { proxmoxTemplateKind } from "./proxmox-template.ts";
import { proxmoxVmKind } from "./proxmox-vm.ts";
import { serviceKind } from "./service.ts";
import { snapKind } from "./snap.ts";
import { userKind } from "./user.ts";

export const kinds: readonly AnyKind[] = [
  fileKind,
  directoryKind,
  packagesKind,
  serviceKind,
  userKind,
  groupKind,
  authorizedKeysKind,
  commandKind,
  composeStackKind,
  dockerContainerKind,
  dockerNetworkKind,
  dockerVolumeKind,
  dockerRegistryLoginKind,
  jsonKind,
  bindZoneKind,
  bindRecordsKind,
  bindConfigKind,
  piholeConfigKind,
  piholeFiltersKind,
  proxmoxVmKind,
  proxmoxSnapshotKind,
  proxmoxStorageContentKind,
  proxmoxPoolKind,
  proxmoxMappingKind,
  proxmoxTemplateKind,
  proxmoxContainerKind,
  proxmoxCephPoolKind,
  proxmoxCephHealthKind,
  dhcpServerKind,
  kernelModuleKind,
  kernelBootKind,
  networkInterfacesKind,
  k8sObjectKind,
  snapKind,
  microk8sNodeKind,
];
