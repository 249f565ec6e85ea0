// An image of the inventory as a file in a storage of a Proxmox cluster.

/** As written under `images`. */
export type WrittenImage = Readonly<Record<string, unknown>>;

export type Checksum = { readonly sha256: string } | { readonly sha512: string };

/** A file of content type import. */
export type ImageFile = { readonly storage: string; readonly filename: string; readonly url: string } & Checksum;

/** The file of an image with a url, in the role's storage for files unless the image names its volume. Throws an Error that says what is missing. */
export function proxmoxImageFile(name: string, image: WrittenImage, files = "local"): ImageFile {
  const { url, volume } = image;
  if (typeof url !== "string") throw new Error(`image "${name}" has no url to download it from`);
  const sum = checksumOf(name, image);
  const [, storage, filename] = /^([^:]+):import\/(.+)$/.exec(typeof volume === "string" ? volume : "") ?? [];
  if (storage !== undefined && filename !== undefined) return { storage, filename, url, ...sum };
  return { storage: files, filename: filenameOf(url, sum), url, ...sum };
}

function checksumOf(name: string, { sha256, sha512 }: WrittenImage): Checksum {
  if (typeof sha512 === "string") return { sha512: sha512.toLowerCase() };
  if (typeof sha256 === "string") return { sha256: sha256.toLowerCase() };
  throw new Error(`image "${name}" has a url and no sha256 or sha512: what is downloaded must be known`);
}

// Nobody can tell what is in a file that is there, so its name changes with its content.
function filenameOf(url: string, sum: Checksum): string {
  const base = decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "").replaceAll(/[^A-Za-z0-9_.+-]/g, "-");
  const [, stem = base, end = ""] = /^(.*?)(\.[A-Za-z0-9]+)$/.exec(base) ?? [];
  const digits = Object.values(sum)[0]?.slice(0, 8) ?? "";
  // Cloud images called .img are qcow2; Proxmox imports by the end of the name.
  return `${stem}-${digits}${end === ".img" ? ".qcow2" : end}`;
}
