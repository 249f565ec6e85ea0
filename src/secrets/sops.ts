// Files of sops for age recipients: each value decrypted with AES-256-GCM, and the whole held against its MAC.
import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";
import type { Document, Node, Pair, Scalar, YAMLMap } from "yaml";

/** Why a sops file was not opened: a sentence that holds nothing of what is inside. */
export class SopsError extends Error {}

/** True when the document is one that sops wrote: YAML or JSON with its `sops` section. */
export function isSops(document: Document): boolean {
  return document.hasIn(["sops", "mac"]);
}

/** The values of the file. Throws SopsError when the identities do not open it, or when anything in it was changed by somebody without the key. */
export async function openSops(document: Document, identities: readonly string[]): Promise<unknown> {
  const meta = document.toJS({ maxAliasCount: 0 }) as { readonly sops: Meta };
  const key = await dataKey(meta.sops, identities);
  const onlyEncrypted = meta.sops.mac_only_encrypted === true;
  const hash = createHash("sha512");
  if (onlyEncrypted) hash.update(createHash("sha256").update("sops").digest());
  const value = walkMap(document.contents as YAMLMap, { path: [], key, hash, onlyEncrypted }, true);
  verify(meta.sops, key, hash.digest("hex").toUpperCase());
  return value;
}

interface Meta {
  readonly age?: readonly { readonly enc: string }[] | null;
  readonly lastmodified: unknown;
  readonly mac: string;
  readonly mac_only_encrypted?: unknown;
  readonly key_groups?: unknown;
}

async function dataKey({ age, key_groups }: Meta, identities: readonly string[]): Promise<Buffer> {
  if (key_groups !== undefined) throw new SopsError("it has key groups, which hlx does not read");
  for (const { enc } of age ?? []) {
    const opened = await decryptKey(enc, identities);
    if (opened?.length === 32) return opened;
  }
  throw new SopsError("it is encrypted for no age recipient of this identity");
}

async function decryptKey(enc: string, identities: readonly string[]): Promise<Buffer | undefined> {
  const { Decrypter, armor } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(armor.decode(enc)).then(Buffer.from, () => undefined);
}

interface Walk {
  readonly path: readonly string[];
  readonly key: Buffer;
  readonly hash: ReturnType<typeof createHash>;
  readonly onlyEncrypted: boolean;
}

// In the order of the document: the MAC depends on it.
function walkMap(map: YAMLMap, walk: Walk, top = false): Record<string, unknown> {
  const pairs = (map.items as readonly Pair<Scalar, Node | null>[]).filter(({ key }) => !(top && key.value === "sops"));
  const entries = pairs.map(({ key, value }) => {
    const name = String(key.value);
    return [name, walkNode(value, { ...walk, path: [...walk.path, name] })] as const;
  });
  return Object.assign(Object.create(null) as Record<string, unknown>, Object.fromEntries(entries));
}

// A list adds nothing to the path of what is in it.
function walkNode(node: Node | null, walk: Walk): unknown {
  if (node === null) return null;
  if ("items" in node) {
    const { items } = node as unknown as { readonly items: readonly (Node & { readonly key?: unknown })[] };
    return items.some((item) => "key" in item) ? walkMap(node as YAMLMap, walk) : items.map((item) => walkNode(item, walk));
  }
  if (!("value" in node)) throw new SopsError("it has an alias, which sops does not write");
  return walkLeaf((node as Scalar).value, walk);
}

function walkLeaf(value: unknown, { path, key, hash, onlyEncrypted }: Walk): unknown {
  if (value === null) return value;
  const sealed = typeof value === "string" ? sealedIn(value) : undefined;
  const opened = sealed === undefined ? value : typed(decrypt(sealed, key, `${path.join(":")}:`), sealed.type);
  // What the MAC does not cover may be anybody's: it is no secret.
  if (sealed === undefined && onlyEncrypted) return null;
  hash.update(bytesOf(opened));
  return opened;
}

interface Sealed {
  readonly data: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly type: string;
}

function sealedIn(text: string): Sealed | undefined {
  const [, data, iv, tag, type] = /^ENC\[AES256_GCM,data:([^,]*),iv:([^,]+),tag:([^,]+),type:(\w+)\]$/s.exec(text) ?? [];
  if (data === undefined || iv === undefined || tag === undefined || type === undefined) return undefined;
  const [bytes, nonce, mark] = [data, iv, tag].map((part) => Buffer.from(part, "base64"));
  return bytes === undefined || nonce === undefined || mark?.length !== 16 ? undefined : { data: bytes, iv: nonce, tag: mark, type };
}

function decrypt({ data, iv, tag }: Sealed, key: Buffer, bound: string): string {
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
    cipher.setAAD(Buffer.from(bound)).setAuthTag(tag);
    return Buffer.concat([cipher.update(data), cipher.final()]).toString("utf8");
  } catch {
    throw new SopsError(bound.length === 0 ? "it is damaged" : "a value in it was changed or moved after it was encrypted");
  }
}

// Numbers stay text: what sops hashed is what it wrote, and no digit of it may be lost.
function typed(text: string, type: string): unknown {
  return type === "bool" ? text.toLowerCase() === "true" : text;
}

// As Go writes them.
function bytesOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

function verify({ mac, lastmodified }: Meta, key: Buffer, computed: string): void {
  const sealed = sealedIn(mac);
  if (sealed === undefined) throw new SopsError("it has no MAC");
  const recorded = decrypt(sealed, key, String(lastmodified));
  const [left, right] = [Buffer.from(recorded), Buffer.from(computed)];
  if (left.length === right.length && timingSafeEqual(left, right)) return;
  throw new SopsError("its MAC does not fit: values were added, removed, reordered or changed by somebody without the key");
}
