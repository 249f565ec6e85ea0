// W2 by hand: a tar stream into a folder beside the target, one mv, all hashes.
import { createHash } from "node:crypto";
import { type BenchFile, nameOf, type Workload } from "../workload.ts";

export function writeScript({ folder }: Workload): string {
  return `set -e
stage=${folder}/.stage
mkdir -m 700 $stage
tar -x -f - -C $stage
mv $stage/* ${folder}/
rmdir $stage
cd ${folder}
sha256sum *`;
}

/** What was not written as it should. */
export function written({ files }: Workload, answer: string): readonly string[] {
  const lines = new Set(answer.split("\n"));
  return files.flatMap((file) => (lines.has(`${createHash("sha256").update(file.content).digest("hex")}  ${nameOf(file)}`) ? [] : [`no ${file.path}`]));
}

/** A ustar archive of the files, 0644 root:root. */
export function tarOf(files: readonly BenchFile[]): Buffer {
  const parts = files.flatMap((file) => {
    const content = Buffer.from(file.content);
    return [headerOf(nameOf(file), content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

// POSIX pax(1), "ustar Interchange Format": fields at fixed offsets, numbers in octal.
function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  header.write(name, 0);
  header.write(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(0, 11)}\0        0`, 100);
  header.write("ustar\x0000root", 257);
  header.write("root", 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}
