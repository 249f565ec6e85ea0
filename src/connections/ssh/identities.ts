// The keys to log in with: from an agent and from files, each once, and how each signs.
import { access, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type BaseAgent, type ParsedKey } from "ssh2";
import { fingerprint, keyType } from "./host-key.ts";
import type { SshTarget } from "./target.ts";

/** One key that can be offered. `unlocked` is there when it can sign at once, else `sign` asks an agent or for a passphrase; `sign` throws when it cannot. */
export interface Identity {
  readonly public: ParsedKey;
  /** `SHA256:… (comment, from)`: for messages. */
  readonly label: string;
  readonly unlocked?: ParsedKey;
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
}

export interface Identities {
  readonly identities: readonly Identity[];
  /** One line on the agent: reachable, with how many keys, or why not. */
  readonly agent: string;
  /** One line for each key file that could not be used. */
  readonly skipped: readonly string[];
}

/** Asks for a key file's passphrase; undefined when nobody gave one. */
export type AskPassphrase = (file: string) => Promise<string | undefined>;

/** Everything that may be offered, in order: the named key files (signed for by the agent where it holds them), then the agent's other keys. */
export async function gatherIdentities(target: SshTarget, ask: AskPassphrase): Promise<Identities> {
  const [agent, files] = await Promise.all([fromAgent(target.agent), Promise.all(target.keyFiles.map((file) => fromFile(file, ask)))]);
  const named = files.flatMap((found) => ("identity" in found ? [found.identity] : []));
  const held = named.map((identity) => agent.identities.find((other) => sameKey(other, identity)) ?? identity);
  const others = target.onlyKeyFiles ? [] : agent.identities;
  return {
    identities: [...held, ...others].filter((identity, index, all) => all.findIndex((other) => sameKey(other, identity)) === index),
    agent: agent.said,
    skipped: files.flatMap((found) => ("skipped" in found && found.skipped !== undefined ? [found.skipped] : [])),
  };
}

function sameKey(left: Identity, right: Identity): boolean {
  return left.public.getPublicSSH().equals(right.public.getPublicSSH());
}

// An agent whose machine is gone (a forwarded socket) accepts and says nothing.
const agentPatienceMs = 3000;

async function fromAgent(socket: string | undefined): Promise<{ readonly identities: readonly Identity[]; readonly said: string }> {
  if (socket === undefined) return { identities: [], said: "no agent" };
  const agent = new ssh2.OpenSSHAgent(socket);
  try {
    const keys = await Promise.race([agentKeys(agent), sleep(agentPatienceMs, undefined, { ref: false })]);
    if (keys === undefined) return { identities: [], said: `agent at ${socket} does not answer` };
    const identities = keys.map((key) => agentIdentity(agent, key));
    return { identities, said: `agent with ${identities.length} ${identities.length === 1 ? "key" : "keys"}` };
  } catch {
    return { identities: [], said: `agent at ${socket} does not answer` };
  }
}

function agentKeys(agent: BaseAgent): Promise<readonly ParsedKey[]> {
  return new Promise((resolve, reject) => {
    agent.getIdentities((error, keys) => {
      if (error || keys === undefined) return reject(error ?? new Error("no keys"));
      const all: readonly unknown[] = Array.isArray(keys) ? keys : [keys];
      resolve(all.map((key) => ssh2.utils.parseKey(key as ParsedKey)).filter((key): key is ParsedKey => !(key instanceof Error)));
    });
  });
}

function agentIdentity(agent: BaseAgent, key: ParsedKey): Identity {
  return {
    public: key,
    label: `${fingerprint(key.getPublicSSH())} (${commentOf(key)}agent)`,
    sign: (data, hash) =>
      new Promise((resolve, reject) => {
        const options = hash === undefined ? {} : { hash: hash as "sha256" | "sha512" };
        agent.sign(key, data, options, (error, signature) => (signature === undefined ? reject(error ?? new Error("no signature")) : resolve(signature)));
      }),
  };
}

type FromFile = { readonly identity: Identity; readonly skipped?: string } | { readonly skipped: string | undefined };

async function fromFile(file: string, ask: AskPassphrase): Promise<FromFile> {
  const [found, certified] = await Promise.all([keyFrom(file, ask), exists(`${file}-cert.pub`)]);
  if (!certified || !("identity" in found)) return found;
  return { ...found, skipped: `${file}-cert.pub is a certificate, which only ssh can show: connection: openssh in the inventory` };
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function keyFrom(file: string, ask: AskPassphrase): Promise<FromFile> {
  const content = await readFile(file).catch((thrown: unknown) => (isMissing(thrown) ? undefined : null));
  if (content === undefined) return { skipped: undefined };
  if (content === null) return { skipped: `${file} cannot be read` };
  const parsed = parse(content);
  if (parsed !== undefined) return parsed.isPrivateKey() ? { identity: plainIdentity(file, parsed) } : { skipped: `${file} is a public key` };
  const locked = publicPart(content) ?? parse(await readFile(`${file}.pub`).catch(() => Buffer.alloc(0)));
  if (isHardwareKey(content)) return { skipped: `${file} is a FIDO key, which only ssh can use: connection: openssh in the inventory` };
  if (locked === undefined) return { skipped: `${file} is in a format that is not supported, or encrypted without a .pub beside it` };
  return { identity: lockedIdentity(file, { content, public: locked, ask }) };
}

function plainIdentity(file: string, key: ParsedKey): Identity {
  return {
    public: key,
    label: `${fingerprint(key.getPublicSSH())} (${commentOf(key)}${file})`,
    unlocked: key,
    sign: async (data, hash) => key.sign(data, hash),
  };
}

// The passphrase is asked for only after the server said that it would take this key.
function lockedIdentity(file: string, locked: { readonly content: Buffer; readonly public: ParsedKey; readonly ask: AskPassphrase }): Identity {
  return {
    public: locked.public,
    label: `${fingerprint(locked.public.getPublicSSH())} (${commentOf(locked.public)}${file})`,
    async sign(data, hash) {
      const passphrase = await locked.ask(file);
      if (passphrase === undefined) throw new Error("it is encrypted and no passphrase was given");
      const key = parse(locked.content, passphrase);
      if (key === undefined) throw new Error("the passphrase is wrong");
      return key.sign(data, hash);
    },
  };
}

function parse(content: Buffer, passphrase?: string): ParsedKey | undefined {
  const key = ssh2.utils.parseKey(content, passphrase);
  const first: unknown = Array.isArray(key) ? key[0] : key;
  return first instanceof Error ? undefined : (first as ParsedKey);
}

// An encrypted OpenSSH key has its public half in the clear (PROTOCOL.key): magic, cipher, kdf, kdf options, count, public key.
function publicPart(content: Buffer): ParsedKey | undefined {
  const blob = publicBlob(content);
  return blob === undefined ? undefined : parse(publicLine(blob));
}

// PROTOCOL.u2f: the private half is in the device, the file holds a handle to it.
function isHardwareKey(content: Buffer): boolean {
  const blob = publicBlob(content);
  return blob !== undefined && (keyType(blob)?.startsWith("sk-") ?? false);
}

function publicBlob(content: Buffer): Buffer | undefined {
  const armoured = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(content.toString("latin1"));
  const bytes = Buffer.from(armoured?.[1] ?? "", "base64");
  let at = "openssh-key-v1\0".length;
  try {
    for (let field = 0; field < 3; field++) at += 4 + bytes.readUInt32BE(at);
    const length = bytes.readUInt32BE(at + 4);
    return bytes.subarray(at + 8, at + 8 + length);
  } catch {
    return undefined;
  }
}

function publicLine(blob: Buffer): Buffer {
  return Buffer.from(`${blob.toString("latin1", 4, 4 + blob.readUInt32BE(0))} ${blob.toString("base64")}`);
}

function commentOf(key: ParsedKey): string {
  return key.comment ? `${key.comment.replace(/[^\x20-\x7e]/g, "?").slice(0, 80)}, ` : "";
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
