// What the base role can be told.
import { type FromSchema, type JsonSchema, textSchema } from "hlx";

const account = "^[A-Za-z_][A-Za-z0-9_.-]{0,30}$";
const oneLine = "^[^\\u0000-\\u001f\\u007f]+$";

const keySource = {
  title: "a public key, a path of a file with public keys, or { github: NAME }",
  anyOf: [
    { type: "string", pattern: oneLine },
    { type: "object", properties: { github: { type: "string", pattern: "^[A-Za-z0-9-]{1,39}$" } }, required: ["github"], additionalProperties: false },
  ],
} as const satisfies JsonSchema;

const user = {
  type: "object",
  additionalProperties: false,
  properties: {
    keys: {
      description: "Who may log in: a path beside the inventory, a key, { github: NAME }, or a list of these.",
      anyOf: [...keySource.anyOf, { type: "array", items: keySource }],
    },
    onlyTheseKeys: { type: "boolean", description: "Remove every other key of the account.", default: false },
    sudo: { enum: ["nopasswd", "password", "none"], description: "May become root; left as it is when left out." },
    shell: { type: "string", pattern: "^/[^\\u0000-\\u0020:]+$", default: "/bin/bash" },
    groups: { type: "array", items: { type: "string", pattern: account }, description: "Groups that the account must be in; others are left alone." },
    uid: { type: "integer", minimum: 1, maximum: 2147483647 },
    password: { ...textSchema, description: "A crypt(3) hash (mkpasswd), best as !secret." },
    absent: { type: "boolean", description: "There is no such account.", default: false },
  },
} as const satisfies JsonSchema;

export const params = {
  type: "object",
  additionalProperties: false,
  properties: {
    timezone: { type: "string", pattern: "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", description: "A name of the tz database: America/Los_Angeles." },
    packages: {
      type: "array",
      items: { type: "string", pattern: "^[a-z0-9][a-z0-9+.-]+$" },
      description: "Debian packages that every host has.",
      default: ["ca-certificates", "curl", "less", "openssh-server", "sudo", "tzdata"],
    },
    extraPackages: { type: "array", items: { type: "string", pattern: "^[a-z0-9][a-z0-9+.-]+$" }, description: "Packages beside those.", default: [] },
    users: { type: "object", propertyNames: { pattern: account }, additionalProperties: user, description: "Accounts by name.", default: {} },
    hostname: { type: "boolean", description: "Give the host its inventory name.", default: false },
    sshd: {
      type: "object",
      additionalProperties: false,
      description: "Limits of the SSH server; what is left out stays as it is.",
      properties: {
        passwordLogin: { type: "boolean", description: "Whether a password is enough to log in." },
        rootLogin: { enum: ["yes", "no", "prohibit-password"] },
      },
    },
    sysctl: {
      type: "object",
      propertyNames: { pattern: "^[a-z0-9_-]+([./][A-Za-z0-9_-]+)+$" },
      additionalProperties: { type: ["string", "integer"], pattern: oneLine },
      description: "Kernel settings: { vm.swappiness: 10 }.",
      default: {},
    },
    motd: { type: "string", description: "What is shown after login." },
    unattendedUpgrades: { type: "boolean", description: "Install security updates every day, or never." },
    journalMax: { type: "string", pattern: "^[1-9][0-9]*[KMGT]$", description: "The most that the journal may take of the disk: 500M." },
  },
} as const satisfies JsonSchema;

export type BaseParams = FromSchema<typeof params>;
export type BaseUser = FromSchema<typeof user>;
export type KeySource = FromSchema<typeof keySource>;
