// known_hosts: every form of line, checked against ssh-keygen itself.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { entriesFor, judge, knownHostsLine, knownTypes, matchesHosts, parseKnownHosts, recordedName } from "../../../src/connections/ssh/known-hosts.ts";
import { readKnownHosts, remember, remove, replace } from "../../../src/connections/ssh/known-hosts-file.ts";
import { problemFrom } from "./helpers.ts";
import { folder, keygen, publicKey } from "./sshd.ts";

const home = folder();
afterAll(() => rmSync(home, { recursive: true, force: true }));
const [one, two, rsa] = [keygen(join(home, "one")), keygen(join(home, "two")), keygen(join(home, "rsa"), { type: "rsa" })].map((key) =>
  publicKey(key).split(" ").slice(0, 2).join(" "),
) as [string, string, string];
const blob = (key: string) => Buffer.from(key.split(" ")[1] ?? "", "base64");
const parsed = (...lines: readonly string[]) => parseKnownHosts(lines.join("\n"), "kh").entries;
const at22 = { host: "ocean", port: 22 };

describe("judge", () => {
  const cases: readonly (readonly [
    name: string,
    lines: readonly string[],
    key: string,
    verdict: string,
    who?: { host: string; port: number; address?: string },
  ])[] = [
    ["nothing recorded", [], one, "unknown"],
    ["the recorded key", [`ocean ${one}`], one, "known"],
    ["in a comma list", [`sea,ocean,192.168.1.2 ${one}`], one, "known"],
    ["another name", [`sea ${one}`], one, "unknown"],
    ["capitals", [`Ocean ${one}`], one, "known", { host: "OCEAN", port: 22 }],
    ["a wildcard", [`oc* ${one}`], one, "known"],
    ["a question mark", [`ocea? ${one}`], one, "known"],
    ["a question mark is one character", [`ocean? ${one}`], one, "unknown"],
    ["a negation wins over a wildcard, in any order", [`*,!ocean ${one}`], one, "unknown"],
    ["only a negation matches nothing", [`!sea ${one}`], one, "unknown"],
    ["a dot is a dot", [`a.c ${one}`], one, "unknown", { host: "abc", port: 22 }],
    ["a port", [`[ocean]:2222 ${one}`], one, "known", { host: "ocean", port: 2222 }],
    ["another port is another host", [`ocean ${one}`], one, "unknown", { host: "ocean", port: 2222 }],
    ["a line for a port says nothing about 22", [`[ocean]:2222 ${one}`], one, "unknown"],
    ["another key", [`ocean ${two}`], one, "changed"],
    ["another type", [`ocean ${rsa}`], one, "changed"],
    ["one of two", [`ocean ${two}`, `ocean ${one}`], one, "known"],
    ["revoked here", [`@revoked ocean ${one}`, `ocean ${one}`], one, "revoked"],
    ["revoked for everybody", [`ocean ${one}`, `@revoked * ${one}`], one, "revoked"],
    ["revoked for another host", [`ocean ${one}`, `@revoked sea ${one}`], one, "known"],
    ["another key is revoked", [`ocean ${one}`, `@revoked * ${two}`], one, "known"],
    ["an authority only", [`@cert-authority * ${two}`], one, "authority-only"],
    ["an authority's own key is no host key", [`@cert-authority * ${one}`], one, "authority-only"],
    ["an authority and the key", [`@cert-authority * ${two}`, `ocean ${one}`], one, "known"],
    ["vouched for by the other name", [`ocean ${one}`], one, "known", { host: "192.168.1.2", port: 22, address: "ocean" }],
    ["the other name never condemns", [`ocean ${two}`], one, "unknown", { host: "192.168.1.2", port: 22, address: "ocean" }],
    ["the other name does not overrule", [`192.168.1.2 ${two}`, `ocean ${one}`], one, "changed", { host: "192.168.1.2", port: 22, address: "ocean" }],
    ["an unknown marker is no line", [`@trusted ocean ${one}`], one, "unknown"],
    ["a comment after the key", [`ocean ${one} me@laptop # x`], one, "known"],
    ["tabs and spaces", [`  ocean\t ${one.replace(" ", "\t")}  `], one, "known"],
  ];
  for (const [name, lines, key, verdict, who = at22] of cases) {
    test(name, () => expect(judge(parsed(...lines), who, blob(key)).verdict).toBe(verdict));
  }
  test("a changed key comes with every recorded one and its place", () => {
    expect(judge(parsed("# mine", `ocean ${two}`, `ocean ${rsa}`), at22, blob(one))).toMatchObject({
      recorded: [
        { file: "kh", line: 2, type: "ssh-ed25519" },
        { line: 3, type: "ssh-rsa" },
      ],
    });
  });
  test("types that are recorded, without authorities and revocations", () => {
    expect(knownTypes(parsed(`ocean ${rsa}`, `@revoked ocean ${one}`, `o* ${one}`, `ocean ${rsa}`), at22)).toEqual(["ssh-rsa", "ssh-ed25519"]);
    expect(knownTypes(parsed(`@revoked ocean ${one}`, `@cert-authority * ${rsa}`), at22)).toEqual([]);
  });
});

describe("lines", () => {
  test("CRLF, comments, blank lines; garbage is noted with its place", () => {
    const { entries, notes } = parseKnownHosts(`# c\r\n\r\nocean ${one}\r\nnonsense\r\nocean ssh-rsa ${one.split(" ")[1]}\r\nocean ssh-rsa ####\r\n`, "kh");
    expect(entries).toMatchObject([{ hosts: "ocean", line: 3 }]);
    expect(notes).toEqual(["kh:4", "kh:5", "kh:6"].map((place) => `${place}: ignored, not a known_hosts line`));
  });
  test("no text makes the parser throw", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseKnownHosts(text, "kh")));
    fc.assert(fc.property(fc.string(), fc.string(), (hosts, name) => typeof matchesHosts(hosts, name) === "boolean"));
  });
  test("names with many stars are matched in no time", () => {
    const started = performance.now();
    expect(matchesHosts("*a*a*a*a*a*a*b", "a".repeat(255))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
  test.each([
    ["ocean", 22],
    ["192.168.1.2", 22],
    ["fe80::1", 22],
    ["ocean.lan", 2222],
    ["fe80::1", 2222],
  ])("hashed by ssh-keygen -H, and what we write is found by ssh-keygen -F: %s %i", (host, port) => {
    const file = join(home, `kh-${host}-${port}`);
    writeFileSync(file, `${knownHostsLine({ host, port }, blob(one))}\nother ${two}\n`);
    const found = () => execFileSync("ssh-keygen", ["-F", recordedName(host, port), "-f", file]).toString();
    expect(found()).toContain(one);
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/^\|1\|/);
    expect(judge(parseKnownHosts(text, file).entries, { host, port }, blob(one))).toMatchObject({ verdict: "known", by: { line: 1 } });
    expect(judge(parseKnownHosts(text, file).entries, { host: `${host}x`, port }, blob(one)).verdict).toBe("unknown");
    expect(judge(parseKnownHosts(text, file).entries, { host, port }, blob(two)).verdict).toBe("changed");
  });
  test.each(["*", "oc*", "o?ean", "sea,ocean", "*,!ocean", "!ocean,*", "!sea,oc*", "OCEAN", "ocean*x"])(
    "the host field %s is understood as ssh-keygen -F does",
    (hosts) => {
      const file = join(home, "patterns");
      writeFileSync(file, `${hosts} ${one}\n`);
      let theirs = true;
      try {
        execFileSync("ssh-keygen", ["-F", "ocean", "-f", file], { stdio: "ignore" });
      } catch {
        theirs = false;
      }
      expect(entriesFor(parsed(`${hosts} ${one}`), "ocean", 22).length > 0).toBe(theirs);
    },
  );
});

describe("files", () => {
  const file = (name: string, text?: string) => {
    const path = join(home, name, "known_hosts");
    mkdirSync(join(home, name), { recursive: true });
    if (text !== undefined) writeFileSync(path, text, { mode: 0o640 });
    return path;
  };
  test("missing files hold nothing; a folder is refused", async () => {
    expect(await readKnownHosts([join(home, "none")])).toEqual({ entries: [], notes: [] });
    expect(await problemFrom(readKnownHosts([home]))).toMatchObject({ code: "trust", message: expect.stringContaining(home) });
  });
  test("remember: 0600 in 0700, each line once, after a last line without its end", async () => {
    const path = join(home, "fresh", ".ssh", "known_hosts");
    await remember([`ocean ${one}`], path);
    await remember([`ocean ${one}`, `sea ${two}`], path);
    expect(readFileSync(path, "utf8")).toBe(`ocean ${one}\nsea ${two}\n`);
    expect([statSync(path).mode & 0o777, statSync(join(home, "fresh", ".ssh")).mode & 0o777]).toEqual([0o600, 0o700]);
    const open = file("open", `ocean ${one}`);
    await remember([`sea ${two}`], open);
    expect(readFileSync(open, "utf8")).toBe(`ocean ${one}\nsea ${two}\n`);
  });
  test("remember: 50 at once lose nothing", async () => {
    const path = file("many");
    await Promise.all(Array.from({ length: 50 }, (_, index) => remember([`host${index} ${one}`], path)));
    expect((await readKnownHosts([path])).entries).toHaveLength(50);
  });
  test("replace: the host's lines go, also hashed ones; other names on a line, wildcards, authorities and revocations stay; the mode stays", async () => {
    const path = file("replace", `# mine\nocean,sea ${one}\nocean ${rsa}\no* ${one}\n@revoked ocean ${two}\n@cert-authority ocean ${two}\nlast ${one}\n`);
    execFileSync("sh", ["-c", `printf 'ocean ${one}\\n' > "$1.h" && ssh-keygen -q -H -f "$1.h" 2>/dev/null >&2 && cat "$1.h" >> "$1"`, "sh", path]);
    expect(await replace(at22, [`ocean ${two}`], path)).toBe(3);
    expect(readFileSync(path, "utf8")).toBe(`# mine\nsea ${one}\no* ${one}\n@revoked ocean ${two}\n@cert-authority ocean ${two}\nlast ${one}\nocean ${two}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });
  test("remove: nothing to remove leaves the file alone, and a link stays a link", async () => {
    const path = file("linked", `ocean ${one}\nsea ${two}\n`);
    const link = join(home, "linked", "link");
    symlinkSync(path, link);
    const before = statSync(path).mtimeMs;
    expect(await remove({ host: "lake", port: 22 }, link)).toBe(0);
    expect(statSync(path).mtimeMs).toBe(before);
    expect(await remove({ host: "sea", port: 22 }, link)).toBe(1);
    expect(readFileSync(path, "utf8")).toBe(`ocean ${one}\n`);
  });
});
