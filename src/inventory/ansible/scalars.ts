// What an unquoted YAML scalar means to Ansible: YAML 1.1 as PyYAML reads it (its resolver's expressions), with dates as JSON text.
import type { Json } from "../../lib/json.ts";

export interface Scalar {
  readonly value: Json;
  /** Set where the value is not what most people would read there. */
  readonly odd?: string;
}

/** The typed value of plain text. */
export function plainScalar(text: string): Scalar {
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return { value: null };
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return { value: true };
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return { value: false };
  if (!/^[-+.\d]/.test(text)) return { value: text };
  return integer(text) ?? float(text) ?? timestamp(text) ?? { value: text };
}

function integer(text: string): Scalar | undefined {
  if (!/^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][\d_]*)|[-+]?0x[\da-fA-F_]+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+)$/.test(text)) return undefined;
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
  if (digits.includes(":")) return sexagesimal(text, sign * inBase60(digits));
  const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
  if (Number.isSafeInteger(value)) return { value: value === 0 ? 0 : sign * value };
  return Number.isNaN(value) ? undefined : { value: text, odd: `the number ${text} has more digits than can be kept: it stays text` };
}

function sexagesimal(text: string, value: number): Scalar {
  return { value, odd: `${text} without quotes is the number ${value} (base 60) in YAML 1.1: quote it` };
}

function inBase60(digits: string): number {
  return digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function float(text: string): Scalar | undefined {
  if (/^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(text)) return { value: text, odd: `${text} is no number that can be kept: it stays text` };
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
  if (/^[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*$/.test(text)) return sexagesimal(text, sign * inBase60(digits));
  if (!/^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/.test(text)) return undefined;
  return { value: sign * Number(digits) };
}

const dateTime = /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::?(\d\d))?))?)?$/;

// As Python's isoformat writes it, which is what ansible-inventory prints.
function timestamp(text: string): Scalar | undefined {
  const [, year, month = "", day = "", hour, minute, second, fraction = "", zulu, sign, zoneHour = "", zoneMinute = "00"] = dateTime.exec(text) ?? [];
  if (year === undefined || (hour === undefined && (month.length < 2 || day.length < 2))) return undefined;
  const date = `${year}-${two(month)}-${two(day)}`;
  if (hour === undefined) return { value: date };
  const micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  const zone = zulu === undefined ? (sign === undefined ? "" : `${sign}${two(zoneHour)}:${zoneMinute}`) : "+00:00";
  return { value: `${date}T${two(hour)}:${minute}:${second}${micros === 0 ? "" : `.${String(micros).padStart(6, "0")}`}${zone}` };
}

function two(digits: string): string {
  return digits.padStart(2, "0");
}
