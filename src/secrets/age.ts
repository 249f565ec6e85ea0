// Encrypting and decrypting with age: armored or binary in, armored out.
import { ProblemError } from "../model/problem.ts";

const armorStart = "-----BEGIN AGE ENCRYPTED FILE-----";
const binaryStart = "age-encryption.org/v1";

/** True for what age wrote, armored or not. */
export function isAge(content: Buffer): boolean {
  return isArmored(content) || content.subarray(0, binaryStart.length).toString("latin1") === binaryStart;
}

/** The text inside. Rejects with age's own error, which holds nothing of the content. */
export async function decryptAge(content: Buffer, identities: readonly string[]): Promise<string> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(await binaryOf(content), "text");
}

/** The text encrypted for all of these recipients, armored. Throws ProblemError naming a recipient that is none. */
export async function encryptAge(text: string, recipients: readonly string[]): Promise<string> {
  const { Encrypter, armor } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new ProblemError({
        code: "input",
        message: `"${recipient}" is no age recipient`,
        hint: "one begins with age1; age-keygen -y FILE shows that of an identity",
        cause,
      });
    }
  }
  return `${armor.encode(await encrypter.encrypt(text)).trimEnd()}\n`;
}

/** For how many recipients the content is encrypted: it does not say for which. A stanza that no implementation knows (grease) is not counted. */
export async function recipientsCounted(content: Buffer): Promise<number> {
  const header =
    Buffer.from(await binaryOf(content))
      .toString("latin1")
      .split("\n---")[0] ?? "";
  return header.split("\n").filter((line) => line.startsWith("-> ") && !/-grease(\s|$)/.test(line)).length;
}

function isArmored(content: Buffer): boolean {
  return content.subarray(0, armorStart.length).toString("latin1") === armorStart;
}

async function binaryOf(content: Buffer): Promise<Uint8Array> {
  const { armor } = await import("age-encryption");
  return isArmored(content) ? armor.decode(content.toString("latin1")) : content;
}
