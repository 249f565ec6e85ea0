// Host names with ranges and ports: `web[01:12].home`, `[::1]:442`, as Ansible expands them.

export type Expanded = { readonly names: readonly string[]; readonly port?: number } | { readonly wrong: string };

/** More than this from one line is taken for a mistake. */
const most = 65_536;
const longest = 1000;

/** The hosts that one line or key stands for. `wrong` says why it is none. */
export function expandHosts(written: string): Expanded {
  const { name, port } = splitPort(written);
  if (port !== undefined && (port < 1 || port > 65_535)) return { wrong: `the port ${port} is not in 1–65535` };
  if (name.length > longest) return { wrong: `longer than ${longest} characters` };
  if (name === "" || /[\p{Cc}]/u.test(name)) return { wrong: "this is no host name" };
  const names = expandRanges(name);
  if ("wrong" in names) return names;
  return port === undefined ? { names: names.names } : { names: names.names, port };
}

/** `name:22` and `[name]:22` as name and port; an IPv6 address without brackets has none. */
export function splitPort(written: string): { readonly name: string; readonly port?: number } {
  const [, name, digits] = /^\[([^\]]+)\]:(\d{1,9})$/.exec(written) ?? /^((?:[^:[\]]|\[[^\]]*\])+):(\d{1,9})$/.exec(written) ?? [];
  return name === undefined ? { name: written } : { name, port: Number(digits) };
}

type Names = { readonly names: readonly string[] } | { readonly wrong: string };

function expandRanges(name: string): Names {
  if (!name.includes("[")) return { names: [name] };
  const [, head = "", range, tail = ""] = /^([^[]*)\[([^\]]*)\](.*)$/s.exec(name) ?? [];
  if (range === undefined) return { wrong: `the bracket of ${name} is not closed` };
  const items = itemsOf(range);
  if ("wrong" in items) return items;
  const rest = expandRanges(tail);
  if ("wrong" in rest) return rest;
  if (items.names.length * rest.names.length > most) return { wrong: `${name} stands for more than ${most} hosts` };
  return { names: items.names.flatMap((item) => rest.names.map((after) => `${head}${item}${after}`)) };
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function itemsOf(range: string): Names {
  const [from = "", to, step = "1", ...more] = range.split(":");
  if (to === undefined || more.length > 0) return { wrong: `[${range}] is no range: write [begin:end] or [begin:end:step]` };
  if (to === "") return { wrong: `[${range}] has no end` };
  if (!/^[1-9]\d{0,5}$/.test(step)) return { wrong: `[${range}] has a step that is no whole number of at least 1` };
  const begin = from === "" ? "0" : from;
  return isLetter(begin) && isLetter(to) ? letterItems(begin, to, Number(step)) : numberItems(begin, to, Number(step));
}

function isLetter(text: string): boolean {
  return text.length === 1 && letters.includes(text);
}

function letterItems(from: string, to: string, step: number): Names {
  const [start, end] = [letters.indexOf(from), letters.indexOf(to)];
  if (start > end) return { wrong: `[${from}:${to}] begins after its end` };
  return { names: [...letters.slice(start, end + 1)].filter((_, index) => index % step === 0) };
}

// A leading zero says how wide each number is.
function numberItems(from: string, to: string, step: number): Names {
  if (!/^\d{1,15}$/.test(from) || !/^\d{1,15}$/.test(to)) return { wrong: `[${from}:${to}] is neither a range of numbers nor of letters` };
  const padded = from.startsWith("0") && from.length > 1;
  if (padded && from.length !== to.length) return { wrong: `[${from}:${to}] has ends of different widths` };
  const [start, end] = [Number(from), Number(to)];
  if (start > end) return { wrong: `[${from}:${to}] begins after its end` };
  const count = Math.floor((end - start) / step) + 1;
  if (count > most) return { wrong: `[${from}:${to}] stands for more than ${most} hosts` };
  return { names: Array.from({ length: count }, (_, index) => String(start + index * step).padStart(padded ? from.length : 0, "0")) };
}
