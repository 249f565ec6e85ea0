// Times as zone files have them.

/** Seconds of `3600`, `1h`, `1h30m`, `2w`; undefined for any other text. */
export function seconds(text: string): number | undefined {
  if (!/^(\d+[smhdw]?)+$/i.test(text) || text.length > 20) return undefined;
  const total = [...text.matchAll(/(\d+)([smhdw]?)/gi)].reduce((sum, [, count = "0", unit = ""]) => sum + Number(count) * (units[unit.toLowerCase()] ?? 1), 0);
  return total <= 2 ** 31 - 1 || /^\d+$/.test(text) ? total : undefined;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
