// What a parameter of the Proxmox API may be, and what PVE says of one that is not (PVE::JSONSchema of 9.2).

/** Says what is wrong with a value; undefined for one that is as it should be. */
export type Rule = (value: string) => string | undefined;
/** By the parameter's name; `net#31` stands for net0 to net31. */
export type Rules = Readonly<Record<string, Rule>>;

const isWhole = /^-?\d+$/;

/** 1 and 0 and no other words. */
export const flag: Rule = (value) => (/^[01]$/.test(value) ? undefined : `type check ('boolean') failed - got '${value}'`);
export const anything: Rule = () => undefined;

export function whole(least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): Rule {
  return (value) => (isWhole.test(value) ? within(Number(value), { least, most }) : `type check ('integer') failed - got '${value}'`);
}

export function number(least: number, most = Number.POSITIVE_INFINITY): Rule {
  return (value) => (/^-?\d+(\.\d+)?$/.test(value) ? within(Number(value), { least, most }) : `type check ('number') failed - got '${value}'`);
}

function within(value: number, { least, most }: { readonly least: number; readonly most: number }): string | undefined {
  if (value < least) return `value must have a minimum value of ${least}`;
  return value > most ? `value must have a maximum value of ${most}` : undefined;
}

export function oneOf(words: string): Rule {
  const all = words.split(" ");
  return (value) => (all.includes(value) ? undefined : `value '${value}' does not have a value in the enumeration '${all.join(", ")}'`);
}

export function shaped(pattern: RegExp): Rule {
  return (value) => (pattern.test(value) ? undefined : "value does not match the regex pattern");
}

export function format(pattern: RegExp, wrong: string): Rule {
  return (value) => (pattern.test(value) ? undefined : `invalid format - ${wrong}`);
}

export function long(most: number, least = 0): Rule {
  return (value) => {
    if (value.length < least) return `value must be at least ${least} characters long`;
    return value.length > most ? `value may only be ${most} characters long` : undefined;
  };
}

/** A property string: its parts by name, one of which may stand bare. */
export function parts(rules: Rules, bare = ""): Rule {
  return (value) => {
    const wrong = value
      .split(",")
      .filter((part) => part !== "")
      .flatMap((part) => wrongPart(part.includes("=") ? part : `${bare}=${part}`, rules));
    return wrong[0] === undefined ? undefined : `invalid format - format error\n${wrong[0]}`;
  };
}

function wrongPart(part: string, rules: Rules): readonly string[] {
  const name = part.slice(0, part.indexOf("="));
  const rule = rules[name];
  if (name === "") return ["invalid format - value without key, but schema does not define a default key"];
  const wrong = rule === undefined ? unknown : rule(part.slice(name.length + 1));
  return wrong === undefined ? [] : [`${name}: ${wrong}`];
}

/** One rule for many names. */
export function each(rule: Rule, names: string): Rules {
  return Object.fromEntries(names.split(" ").map((name) => [name, rule]));
}

export const unknown = "property is not defined in schema and the schema does not allow additional properties";
export const missing = "property is missing and it is not optional";

/** The rule of a parameter, also of one in a row. */
export function ruleOf(rules: Rules, name: string): Rule | undefined {
  if (rules[name] !== undefined) return rules[name];
  const [, stem, digits] = /^([a-z]+)(0|[1-9]\d*)$/.exec(name) ?? [];
  const row = stem === undefined ? undefined : Object.keys(rules).find((key) => key.startsWith(`${stem}#`));
  return row !== undefined && Number(digits) <= Number(row.slice(row.indexOf("#") + 1)) ? rules[row] : undefined;
}
