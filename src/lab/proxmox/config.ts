// How a Proxmox node writes down what it was given, and the certificate that it shows.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Server } from "node:https";
import { type Call, type DoubleGuest, type Reply, refuse } from "./state.ts";

/** What the server adds, and how it writes what it was given. */
export function added(config: Readonly<Record<string, string>>, id: number): Record<string, string> {
  const out: Record<string, string> = { meta: "creation-qemu=10.0.2,ctime=1763733600", smbios1: `uuid=${uuid()}`, vmgenid: uuid() };
  for (const [key, value] of Object.entries(config)) out[key] = written(key, value, id);
  return out;
}

export function written(key: string, value: string, id: number): string {
  if (/^net\d+$/.test(key)) return withMac(value);
  if (key === "tags")
    return [...new Set(value.toLowerCase().split(/[;, ]+/))]
      .filter((tag) => tag !== "")
      .toSorted()
      .join(";");
  if (key === "cipassword") return "**********";
  const allocated = /^([a-z][\w-]*):(\d+)((?:,.*)?)$/.exec(value);
  if (/^(scsi|virtio|sata|ide|efidisk|tpmstate)\d+$/.test(key) && allocated !== null) {
    const imported = /import-from=/.test(allocated[3] ?? "");
    const rest = (allocated[3] ?? "").replace(/,import-from=[^,]*/, "");
    return `${allocated[1]}:vm-${id}-disk-${key.replace(/\D/g, "")}${rest},size=${imported ? 2 : allocated[2]}G`;
  }
  return /:cloudinit$/.test(value) ? `${value.replace(":cloudinit", "")}:vm-${id}-cloudinit,media=cdrom` : value;
}

/** Of a guest's config as it is written down: what it is changes with it, and with what waits. */
export function digestOf({ config, pending }: Pick<DoubleGuest, "config" | "pending">): string {
  return sha1({ config, pending });
}

/** Of what was sent with the digest of another state. Virtual machines have their own words for it. */
export function staleIn(guest: DoubleGuest, digest: string | undefined): Reply | undefined {
  if (digest === undefined || digest === digestOf(guest)) return undefined;
  return refuse(guest.type === "lxc" ? modified : "checksum mismatch (file change by other user?)");
}

/** PVE::Tools, assert_if_modified. */
export const modified = "detected modified configuration - file changed by other user? Try again.";

export function sha1(value: unknown): string {
  const sorted = (_: string, one: unknown): unknown =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : one;
  return createHash("sha1").update(JSON.stringify(value, sorted)).digest("hex");
}

// A network card without a MAC gets a new one on every write.
function withMac(value: string): string {
  const [model = "", ...rest] = value.split(",");
  return model.includes("=")
    ? value
    : [
        `${model}=BC:24:11:${randomBytes(3)
          .toString("hex")
          .toUpperCase()
          .replace(/(..)(..)(..)/, "$1:$2:$3")}`,
        ...rest,
      ].join(",");
}

/** A private key and the certificate that it signed, both PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export type Certify = () => Certificate | Promise<Certificate>;

/** What openssl is called with: both go to its standard output. */
export const opensslArgs: readonly string[] = [
  ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", "-", "-out", "-"],
  ...["-subj", "/CN=pve1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
];

export function certificate(): Certificate {
  return certificateFrom(execFileSync("openssl", opensslArgs, { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" }));
}

/** Both from what openssl printed. */
export function certificateFrom(printed: string): Certificate {
  const [, key = "", cert = ""] =
    /(-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----)[\s\S]*?(-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----)/.exec(printed) ?? [];
  return { key: `${key}\n`, cert: `${cert}\n` };
}

export function uuid(): string {
  return randomBytes(16)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A request's parameters, of its query and its body; an upload's file by its name, size and hash. */
export async function callOf(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [body, url] = [Buffer.concat(chunks), new URL(request.url ?? "/", "https://pve")];
  const boundary = /boundary=(.+)$/.exec(request.headers["content-type"] ?? "")?.[1];
  const { fields, file } = boundary === undefined ? { fields: [...new URLSearchParams(body.toString("utf8"))], file: undefined } : partsOf(body, boundary);
  const pairs = [...url.searchParams, ...fields];
  const lists: Record<string, string[]> = {};
  for (const [key, value] of pairs) lists[key] = [...(lists[key] ?? []), value];
  const at = { method: request.method ?? "GET", path: url.pathname.replace("/api2/json", "") };
  return { ...at, params: Object.fromEntries(pairs), lists, ...(file === undefined ? {} : { file }) };
}

// The file's part is named "filename".
function partsOf(body: Buffer, boundary: string): { readonly fields: [string, string][]; readonly file: Call["file"] } {
  const parts = body.toString("latin1").split(`--${boundary}`).slice(1, -1);
  const read = parts.map((part) => {
    const [head = "", ...rest] = part.split("\r\n\r\n");
    const name = /name="([^"]*)"/.exec(head)?.[1] ?? "";
    return { name, filename: /filename="([^"]*)"/.exec(head.replace(/name="filename"/, ""))?.[1], content: rest.join("\r\n\r\n").replace(/\r\n$/, "") };
  });
  const sent = read.find(({ filename }) => filename !== undefined);
  const bytes = Buffer.from(sent?.content ?? "", "latin1");
  const file = sent === undefined ? undefined : { name: sent.filename ?? "", size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  return { fields: read.filter(({ filename }) => filename === undefined).map(({ name, content }) => [name, content]), file };
}
