// Compose files read without an engine: variables, env files, shapes, and what Compose would refuse, at its place.
import { describe, expect, test } from "vitest";
import { portsOf } from "../../src/resources/compose/amounts.ts";
import { clashesOf, stackOrder } from "../../src/resources/compose/clashes.ts";
import { readEnvFile } from "../../src/resources/compose/env-file.ts";
import { type ComposeFile, type ComposeSource, type ReadCompose, readCompose } from "../../src/resources/compose/file.ts";
import { interpolate } from "../../src/resources/compose/interpolate.ts";
import { orderOf } from "../../src/resources/compose/order.ts";
import { mountOf } from "../../src/resources/compose/service.ts";

const values: Readonly<Record<string, string>> = { A: "a", EMPTY: "" };

describe("variables", () => {
  test.each([
    ["plain", "plain"],
    ["$A-${A}", "a-a"],
    ["$$A", "$A"],
    ["${NO:-d}|${EMPTY:-d}|${EMPTY-d}", "d|d|"],
    ["${A:+x}|${NO:+x}|${EMPTY+x}", "x||x"],
    ["${NO:-${A}}", "a"],
    ["${NO:-{b}}", "{b}"],
  ])("%s is %s", (text, value) => {
    expect(interpolate(text, (name) => values[name])).toMatchObject({ value, missing: [] });
  });
  test("what nothing defines is told; a default that is not used is not looked at", () => {
    expect(interpolate("${NO} ${A:-${NO2}}", (name) => values[name]).missing).toEqual(["NO"]);
  });
  test.each(["5$", "$(date)", "${A", "${1}", "${NO?it is needed}"])("%s is refused", (text) => {
    expect(interpolate(text, (name) => values[name]).wrong).toBeDefined();
  });
});

test("env files: quotes, comments, export, variables, names alone, lines of several lines", () => {
  const source = '# x\nA=1 # one\nexport B=\'$A #\'\nC="$A\\n2"\nD\nE="one\ntwo"\nF: x=y\nURL=http://h/#a\n';
  const { entries, problems } = readEnvFile(".env", source);
  expect([...entries]).toEqual([
    ["A", "1"],
    ["B", "$A #"],
    ["C", "1\n2"],
    ["D", undefined],
    ["E", "one\ntwo"],
    ["F", "x=y"],
    ["URL", "http://h/#a"],
  ]);
  expect(problems).toEqual([]);
  expect(readEnvFile(".env", "A=1\nnot this\nB='open").problems.map(({ at }) => at?.line)).toEqual([2, 3]);
});

test.each([
  ["80", [{ target: 80 }]],
  ["8080:80", [{ published: 8080, target: 80 }]],
  ["127.0.0.1:53:53/udp", [{ hostIp: "127.0.0.1", published: 53, target: 53, protocol: "udp" }]],
  ["[::1]:1:2", [{ hostIp: "::1", published: 1, target: 2 }]],
  [
    "8000-8001:9000-9001",
    [
      { published: 8000, target: 9000 },
      { published: 8001, target: 9001 },
    ],
  ],
  ["8000-8010:80", [{ target: 80 }]],
])("port %s", (port, expected) => {
  expect(portsOf(port)).toMatchObject(expected);
});

test.each(["32412-34414:32412-32414", "a:80", "80/icmp", "70000:80", "9-8"])("port %s is refused", (port) => {
  expect(portsOf(port)).toBeTypeOf("string");
});

test.each([
  ["./a:/b:ro", { type: "bind", source: "./a", target: "/b", readOnly: true }],
  ["data:/b", { type: "volume", source: "data", target: "/b", readOnly: false }],
  ["/b", { type: "volume", source: "", target: "/b", readOnly: false }],
])("mount %s", (mount, expected) => {
  expect(mountOf(mount)).toEqual(expected);
});

function read(content: string, more: Partial<ComposeSource> = {}): ReadCompose {
  return readCompose({ file: "stacks/a/compose.yaml", content, env: {}, files: {}, profiles: [], name: "a", ...more });
}

function composed(content: string, more: Partial<ComposeSource> = {}): ComposeFile {
  const { compose, problems } = read(content, more);
  if (compose === undefined || problems.length > 0) throw new Error(problems.map(({ message }) => message).join("; "));
  return compose;
}

const web = "services:\n  web:\n    image: nginx:1.27\n";

test("anchors, merge keys, x- sections, unquoted ports and octal modes are read as Compose reads them", () => {
  const { services } = composed(`
x-base: &base
  image: app:1
  restart: unless-stopped
  ports: [8080:80, 22:22]
services:
  one:
    <<: *base
    restart: "no"
    x-note: kept out
    secrets: [{ source: s, mode: 0440 }]
secrets: { s: { file: ./s } }
`);
  expect(services.get("one")).toMatchObject({ image: "app:1", restart: "no", ports: [{ published: 8080 }, { published: 22 }] });
  expect(services.get("one")?.raw).toMatchObject({ secrets: [{ mode: 0o440 }] });
  expect(services.get("one")?.raw).not.toHaveProperty("x-note");
});

test("environment: env files first, the file's own wins, names alone come from around, the stack's env before .env", () => {
  const { services } = composed('services:\n  web:\n    image: nginx:1.27\n    env_file: [web.env]\n    environment: [A=own, FROM, "TAG=${TAG}"]\n', {
    env: { TAG: "2" },
    files: { ".env": "TAG=1\nFROM=dotenv\n", "web.env": "A=file\nB=file\n" },
  });
  expect([...(services.get("web")?.environment ?? [])]).toEqual([
    ["A", "own"],
    ["B", "file"],
    ["FROM", "dotenv"],
    ["TAG", "2"],
  ]);
});

test("a service of another profile takes no part, not even with its variables", () => {
  const file = `${web}  gpu:\n    profiles: [gpu]\n    image: x:\${NOT_SET}\n`;
  expect([...composed(file).services.keys()]).toEqual(["web"]);
  expect([...composed(file, { profiles: ["gpu"], env: { NOT_SET: "1" } }).services.keys()]).toEqual(["web", "gpu"]);
});

test("extends within the file: maps merged, lists joined, commands replaced", () => {
  const { services } = composed(
    "services:\n  base: { image: x:1, command: [a], cap_add: [A], environment: { A: 1 } }\n  web: { extends: { service: base }, command: [b], cap_add: [B], environment: { B: 2 } }\n",
  );
  expect(services.get("web")?.raw).toMatchObject({ image: "x:1", command: ["b"], cap_add: ["A", "B"], environment: { A: "1", B: "2" } });
});

test("services start after what they need; another's network counts", () => {
  const { services } = composed("services:\n  c: { image: x:1, network_mode: 'service:b' }\n  b: { image: x:1, depends_on: [a] }\n  a: { image: x:1 }\n");
  expect(orderOf(services.values())).toEqual({ order: ["a", "b", "c"] });
});

test.each([
  ["an undefined variable", "services:\n  web:\n    image: nginx:${TAG}\n", "3:12", "TAG is not defined"],
  ["an unknown key", `${web}    port: ["80:80"]\n`, "4:5", 'unknown key "port"'],
  ["neither image nor build", "services:\n  web:\n    restart: always\n", "3:5", "neither an image nor a build"],
  ["network_mode and networks", `${web}    network_mode: host\n    networks: [a]\nnetworks: { a: }\n`, "4:19", "both network_mode and networks"],
  ["an unknown network", `${web}    networks: [fornt]\nnetworks: { front: }\n`, "4:16", "fornt"],
  ["an unknown volume", `${web}    volumes:\n      - dta:/data\nvolumes: { data: }\n`, "5:9", "the volume dta"],
  ["an unknown dependency", `${web}    depends_on: [db]\n`, "4:18", "depends on db"],
  ["a circle", "services:\n  a: { image: x:1, depends_on: [b] }\n  b: { image: x:1, depends_on: [a] }\n", "2:6", "a → b → a"],
  ["ranges of two lengths", `${web}    ports:\n      - 32412-34414:32412-32414/udp\n`, "5:9", "the same length"],
  ["a container name for several", `${web}    container_name: w\n    scale: 2\n`, "4:21", "one container_name"],
  ["a port twice in one stack", `${web}    ports: [80:80]\n  b: { image: x:1, ports: ["127.0.0.1:80:8080"] }\n`, "5:27", "both publish"],
  ["an external network with a driver", `${web}networks: { n: { external: true, driver: bridge } }\n`, "4:42", "is external"],
  ["a misspelt restart policy", `${web}    restart: allways\n`, "4:14", "restart policy"],
  ["a missing env file", `${web}    env_file: x.env\n`, "4:15", "no env file x.env"],
  ["another file's service", `${web}    extends: { file: b.yaml, service: x }\n`, "4:5", "one compose file"],
  ["a template of Ansible", "services:\n  web:\n    image: {{ image }}\n", "3:13", "plain text"],
])("refused: %s", (...[, content, place, message]) => {
  const [problem] = read(content).problems;
  expect(`${problem?.at?.line}:${problem?.at?.column} ${problem?.message}`).toContain(message);
  expect(`${problem?.at?.file}:${problem?.at?.line}:${problem?.at?.column}`).toBe(`stacks/a/compose.yaml:${place}`);
});

test("images that are not pinned are a warning, digests and tags are not", () => {
  const file = "services:\n  a: { image: nginx }\n  b: { image: nginx:latest }\n  c: { image: 'r:5000/nginx:1' }\n  d: { image: 'nginx@sha256:0' }\n";
  expect(read(file).warnings.map(({ at }) => at?.line)).toEqual([2, 3]);
});

describe("stacks of one host", () => {
  const one = composed(`${web}    container_name: www\n    ports: [8080:80]\nnetworks: { shared: { name: shared } }\n`, { name: "one" });
  const two = composed(`${web}    container_name: www\n    ports: [8080:80]\nnetworks: { shared: { external: true } }\n`, {
    name: "two",
    file: "stacks/two/compose.yaml",
  });
  test("ports and container names that two want are named with both places", () => {
    expect(clashesOf([one, two]).map(({ message, at, also }) => [message.replace(/.* both/, "both"), at?.file, also?.[0]?.at.file])).toEqual([
      ["both publish 8080/tcp on one host", "stacks/two/compose.yaml", "stacks/a/compose.yaml"],
      ["both want the container name www on one host", "stacks/two/compose.yaml", "stacks/a/compose.yaml"],
    ]);
  });
  test("what makes a network comes before what uses it", () => {
    const order = stackOrder([two, one]);
    expect(Array.isArray(order) && order.map(({ name }) => name)).toEqual(["one", "two"]);
  });
});
