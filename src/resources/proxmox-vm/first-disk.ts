// The disk that a guest boots from.

/** Its key: the first disk of its boot order, else scsi0. */
export function firstDisk(config: Readonly<Record<string, string>>): string {
  const order = /(?:^|,)order=([^,]*)/.exec(config["boot"] ?? "")?.[1]?.split(";") ?? [];
  return order.find((key) => /^(scsi|virtio|sata|ide)\d+$/.test(key) && !/media=cdrom/.test(config[key] ?? "")) ?? "scsi0";
}
