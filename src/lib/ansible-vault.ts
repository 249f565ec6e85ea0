// Ansible-vault, formats 1.1 and 1.2: AES-256-CTR under a key from PBKDF2, its HMAC checked before anything is decrypted.
import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";

export interface VaultPassword {
  /** The label of `--vault-id label@file`; "default" without one. */
  readonly id: string;
  readonly password: string;
}

export type Opened = { readonly text: string } | { readonly wrong: string; readonly hint?: string };

/** Opens what ansible-vault encrypted. Never throws, and never says anything of what is inside. */
export type Vault = (envelope: string) => Opened;

const header = /^\$ANSIBLE_VAULT;(\d+\.\d+);(\w+)(?:;([^\r\n]*))?\s*$/;

/** True for text that begins as ansible-vault's files do. */
export function isVault(text: string): boolean {
  return text.trimStart().startsWith("$ANSIBLE_VAULT;");
}

/** A vault that knows these passwords. One whose label is that of the envelope is tried first, then all the others, as Ansible does. */
export function makeVault(passwords: readonly VaultPassword[]): Vault {
  const keys = new Map<string, Buffer>();
  const keyOf = (password: string, salt: Buffer): Buffer => {
    const name = `${salt.toString("hex")} ${password}`;
    const key = keys.get(name) ?? pbkdf2Sync(password, salt, 10_000, 80, "sha256");
    keys.set(name, key);
    return key;
  };
  return (envelope) => {
    const sealed = partsOf(envelope);
    if ("wrong" in sealed) return sealed;
    if (passwords.length === 0) return { wrong: "no vault password was given", hint: "give it with --vault-password-file FILE, or --ask-vault-pass" };
    const sorted = passwords.toSorted((a, b) => Number(b.id === sealed.id) - Number(a.id === sealed.id));
    const key = sorted.map(({ password }) => keyOf(password, sealed.salt)).find((one) => isGenuine(sealed, one));
    return key === undefined ? refused(sealed, passwords) : decrypt(sealed, key);
  };
}

interface Sealed {
  readonly id: string;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly content: Buffer;
}

const damaged = { wrong: "it is damaged, not what ansible-vault wrote", hint: "copy it again, with all its lines" } as const;

function partsOf(envelope: string): Sealed | { readonly wrong: string; readonly hint?: string } {
  const [first = "", ...lines] = envelope.trim().split(/\r?\n/);
  const [, version, cipher, id = "default"] = header.exec(first) ?? [];
  if (version === undefined) return damaged;
  if (!["1.1", "1.2"].includes(version) || cipher !== "AES256")
    return { wrong: `vault format ${version} with ${cipher} is not supported`, hint: "encrypt it again with a recent ansible-vault" };
  const outer = fromHex(lines.map((line) => line.trim()).join(""));
  const [salt, hmac, content] = (outer?.toString("latin1").split("\n") ?? []).map(fromHex);
  if (salt === undefined || hmac === undefined || content === undefined || hmac.length !== 32 || content.length === 0) return damaged;
  return { id, salt, hmac, content };
}

function fromHex(text: string): Buffer | undefined {
  return text.length % 2 === 0 && /^[\da-fA-F]+$/.test(text) ? Buffer.from(text, "hex") : undefined;
}

function isGenuine({ hmac, content }: Sealed, key: Buffer): boolean {
  return timingSafeEqual(createHmac("sha256", key.subarray(32, 64)).update(content).digest(), hmac);
}

function decrypt({ content }: Sealed, key: Buffer): Opened {
  const cipher = createDecipheriv("aes-256-ctr", key.subarray(0, 32), key.subarray(64, 80));
  const padded = Buffer.concat([cipher.update(content), cipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16 || padding > padded.length) return damaged;
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(padded.subarray(0, padded.length - padding)) };
  } catch {
    return { wrong: "what the vault holds is not UTF-8 text" };
  }
}

function refused({ id }: Sealed, passwords: readonly VaultPassword[]): Opened {
  const tried = passwords.map((one) => one.id).join(", ");
  return {
    wrong: `no vault password that was given opens it (its id: ${id}; tried: ${tried})`,
    hint: "give the right one with --vault-password-file FILE or --vault-id ID@FILE",
  };
}
