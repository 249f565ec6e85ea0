// Words that stand in many places of inventory.yaml, as JSON Schemas.

export const name = {
  type: "string",
  pattern: "^[A-Za-z_][A-Za-z0-9_-]{0,62}$",
  title: "a name of letters, digits, - and _ that begins with a letter",
} as const;
export const hostName = {
  type: "string",
  pattern: "^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$",
  maxLength: 253,
  title: "a host name: letters, digits, -, _ and dots, neither beginning nor ending with a hyphen",
} as const;
export const text = { type: "string", minLength: 1 } as const;
export const login = { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$", title: "a user name: letters, digits, . _ - @" } as const;
export const size = {
  title: "a size such as 4G",
  anyOf: [{ type: "string", pattern: "^[1-9][0-9]*(\\.[0-9]+)?[KMGT]i?B?$", title: "a size such as 4G" }],
} as const;
export const words = { type: "array", items: text } as const;
