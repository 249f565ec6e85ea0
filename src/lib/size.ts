// Sizes as people write them, 4G or 1.5T, as numbers and back; in powers of 1024.

const factors: Readonly<Record<string, number>> = { K: 1 / 1024, M: 1, G: 1024, T: 1024 ** 2 };

/** A size such as 4G in MiB; a number without a unit is MiB; 0 for what is no size. */
export function mebibytesOf(size: string): number {
  const [, digits = "0", unit = "M"] = /^([\d.]+)([KMGT])?/.exec(size) ?? [];
  return Math.round(Number(digits) * (factors[unit] ?? 1));
}

/** The same in GiB, rounded up. */
export function gibibytesOf(size: string): number {
  return Math.ceil(mebibytesOf(size) / 1024);
}

/** MiB as people write them, with at most one decimal place: 8192 is 8G, 1536 is 1.5G. */
export function sizeText(mebibytes: number): string {
  if (mebibytes < 1024) return `${Math.round(mebibytes)}M`;
  return `${Math.round((mebibytes / 1024) * 10) / 10}G`;
}
