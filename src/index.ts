// The public API: all that roles may import as "hlx". Cheap to load: nothing here pulls in a library but the small one for addresses.

export { ipText, parseIp, type Subnet, subnetOf } from "./lib/ip.ts";
export type { Facts } from "./model/facts.ts";
export type { Claim } from "./model/finding.ts";
export { fqdn, isWithin } from "./model/fqdn.ts";
export type { Device, Group, Host, Network, NetworkRecord } from "./model/host.ts";
export type { Risk } from "./model/kind.ts";
export { addressType, type DnsRecord, inZone, type Named, type Reservation, recordsOf, reservationsOf } from "./model/names.ts";
export { absoluteData, recordTypes } from "./model/record-data.ts";
export type { Capability, Resource, ResourceOptions } from "./model/resource.ts";
export { addressOfReverse, reverseName, reverseZones } from "./model/reverse.ts";
export { type Declaring, defineRole, type Input, type InventoryView, type Requirement, type RoleDefinition } from "./model/role.ts";
export type { FromSchema, JsonSchema } from "./model/schema.ts";
export { isSecretRef, type Ref, ref, type SecretRef, type Text, type TextInput, text } from "./model/text.ts";
export { secretOr, secretRefSchema, textSchema } from "./playbook/secret-or.ts";
export { type AuthorizedKeysOptions, authorizedKeys } from "./resources/authorized-keys.ts";
export { type BindConfigOptions, bindConfig } from "./resources/bind-config.ts";
export { type BindRecordsOptions, bindRecords } from "./resources/bind-records.ts";
export { type BindZoneOptions, bindTools, bindZone, localKeyFile, type Soa, type ZoneRecord, zoneFile } from "./resources/bind-zone.ts";
export { type CommandOptions, command } from "./resources/command.ts";
export { type DirectoryOptions, directory } from "./resources/directory.ts";
export { type FileOptions, file } from "./resources/file.ts";
export { group } from "./resources/group.ts";
export { type PackagesOptions, packages } from "./resources/packages.ts";
export { type ServiceOptions, service } from "./resources/service.ts";
export { unitOf } from "./resources/unit-of.ts";
export { type UserOptions, user } from "./resources/user.ts";
