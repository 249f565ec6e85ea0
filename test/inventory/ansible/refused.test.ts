// What is wrong in one of Ansible's inventories is said with its place, all at once; what is only odd is a warning.
import { describe, expect, test } from "vitest";
import { looksAnsible } from "../../../src/inventory/ansible/recognise.ts";
import { type Files, load, said, varsOf } from "./files.ts";

const ini: readonly (readonly [name: string, text: string, said: RegExp])[] = [
  ["a range without an end", "a\nx[1:]\n", /h:2:1 host "x\[1:\]": \[1:\] has no end/],
  ["a range of other widths", "x[01:9]\n", /different widths/],
  ["a range backwards", "x[5:2]\n", /begins after its end/],
  ["letters backwards", "x[c:a]\n", /begins after its end/],
  ["a range of digits and letters", "x[1:j]\n", /neither a range of numbers nor of letters/],
  ["a range with a dash", "x[1-3]\n", /write \[begin:end\]/],
  ["a range for a city", "x[1:99999999]\n", /more than 65536 hosts/],
  ["ranges that multiply", "x[1:999][1:999]\n", /more than 65536 hosts/],
  ["ranges without end", `x${"[1:1]".repeat(20_000)}\n`, /longer than 1000 characters/],
  ["a port that is none", "x:99999\n", /the port 99999/],
  ["variables of an undefined group", "[web]\na\n[wbe:vars]\nv=1\n", /h:3:1 \[wbe:vars\] is for the undefined group "wbe" \| did you mean "web"/],
  ["an undefined child", "[p:children]\nnosuch\n", /h:2:1 \[p:children\] names the undefined group "nosuch" \| declare it/],
  ["a section without an end", "[web\nx\n", /h:1:1 \[web is no section/],
  ["a section with a space", "[my web]\nx\n", /without spaces/],
  ["a section of an unknown kind", "[web:var]\nx\n", /unknown kind "var" \| did you mean "vars"/],
  ["a variable without a value", "[g]\nx\n[g:vars]\nnothing\n", /h:4:1 a line of \[g:vars\] is key=value/],
  ["a word behind a host", "x word\n", /h:1:3 a host is followed by key=value/],
  ["an open quote", 'x a="b\n', /h:1:5 the quote is not closed/],
  ["a group in itself", "[g:children]\ng\n", /group "g" is its own child/],
  ["groups in each other", "[a:children]\nb\n[b:children]\na\n", /groups inside each other: b → a → b/],
  ["a child with a variable", "[g]\nx\n[p:children]\ng v=1\n", /h:4:1 a line of \[p:children\] is the name of one group/],
  ["a port variable that is none", "x ansible_port=ssh\n", /h:1:3 ansible_port of host "x" must be a port/],
  ["a script", "#!/bin/sh\n", /a script, which hlx does not run/],
];

const yaml: readonly (readonly [name: string, text: string, said: RegExp])[] = [
  ["a list of hosts", "all:\n  hosts:\n    - a\n", /2:3 hosts of group "all" must be a map \| .*without a dash/],
  ["a list of children", "all:\n  children: [g]\n", /children of group "all" must be a map/],
  ["a list of variables", "g:\n  vars: [x]\n", /vars of group "g" must be a map/],
  ["an unknown key", "all:\n  host:\n    b:\n", /2:3 unknown key "host" in group "all" \| did you mean "hosts"/],
  ["a number as a host", "all:\n  hosts:\n    12:\n", /3:5 the key 12 is not text: quote it/],
  ["a number as a key of a variable", "all:\n  hosts: { a: { x: { 0: 1 } } }\n", /the key 0 is not text/],
  ["a key given twice", "all:\n  hosts:\n    a: { v: 1 }\n    a: { v: 2 }\n", /4:5 duplicate key "a", first defined at 3:5/],
  ["a list", "- a\n", /a map of groups/],
  ["text", "word\n", /a map of groups/],
  ["nothing", "---\n", /a map of groups/],
  ["a plugin's configuration", "plugin: amazon.aws.aws_ec2\n", /plugins, which hlx does not run \| .*ansible-inventory/],
  ["a tab", "all:\n\thosts:\n", /2:1 .*tab/],
  ["an open bracket", "all:\n  hosts: [\n", /not closed/],
  ["an unknown tag", "all: { vars: { a: !env HOME } }\n", /unknown tag !env/],
  ["two documents", "all:\n---\nall:\n", /expected one document/],
  ["a key that reaches the prototype", "all: { vars: { __proto__: 1 } }\n", /"__proto__" is refused/],
  ["a merge of text", "all: { vars: { <<: x } }\n", /<< wants a map/],
];

describe("INI refuses", () => {
  test.each(ini)("%s", async (_, text, expected) => expect(await said({ h: text })).toMatch(expected));
  test("nothing that is well", async () => expect(await said({ h: "[web] # comment\n; comment\nx a='#' # c\n[web:vars]\nk = a=b\n" })).toBe("nothing"));
  test("all that is wrong at once", async () => expect((await said({ h: "x[1:]\ny word\n[g:foo]\n" })).split("\n")).toHaveLength(3));
  test("what is no inventory once a line, at its first odd word", async () =>
    expect((await said({ h: "once upon a time\nx a=1 there was b=2 one\n" })).split("\n")).toEqual([
      expect.stringMatching(/^h:1:6 a host is followed by key=value/),
      expect.stringMatching(/^h:2:7 a host is followed by key=value/),
    ]));
});

describe("YAML refuses", () => {
  test.each(yaml)("%s", async (_, text, expected) => expect(await said({ "h.yml": text })).toMatch(expected));
  test("nothing that is well", async () => expect(await said({ "h.yml": "all:\n  hosts:\ng:\n" })).toBe("nothing"));
});

test("an inventory of hlx's own among others is refused", async () => {
  const files = { h: "a\n", "own.yaml": "format: 1\nhosts: { b: {} }\n" };
  expect(await said(files, { sources: ["h", "own.yaml"] })).toMatch(/own\.yaml:1:1 .*is read alone/);
});

describe("files of variables", () => {
  const inventory = "[web]\na\n";
  test.each<readonly [string, Files, RegExp]>([
    ["broken YAML", { "group_vars/web.yml": "a: [\n" }, /group_vars\/web\.yml:2:1 \[ opened at 1:4/],
    ["a list", { "host_vars/a": "- x\n" }, /host_vars\/a:1:1 a must be a map of variables/],
    ["one that is no text", { "group_vars/all": "\0" }, /group_vars\/all:1:1/],
  ])("%s", async (_, files, expected) => expect(await said({ h: inventory, ...files })).toMatch(expected));
  test("a host whose name is a path has none", async () => {
    const files = { "i/h": "../../secret\n", "secret.yml": "v: 1\n", "i/host_vars/x": "" };
    expect(varsOf(await load(files), "../../secret")).toEqual({});
  });
});

const warned: readonly (readonly [name: string, files: Files, said: RegExp])[] = [
  ["Jinja in INI", { h: "a v='{{ x }}' w={{y}}\n" }, /^h:1:3 Jinja in v, w: .*stays text$/],
  ["Jinja in YAML", { h: "a\n", "group_vars/all": 'v: "{{ x }}"\n' }, /group_vars\/all:1:4 Jinja in v/],
  ["a number that loses digits", { h: "a v=1.10\n" }, /h:1:3 v=1\.10 is the number 1\.1/],
  ["a comment within a word", { h: "a v=b#c\n" }, /h:1:6 all behind # is a comment/],
  ["a name for both", { h: "[a]\na\n" }, /"a" is both a host and a group/],
  ["a connection that hlx has not", { h: "a ansible_connection=winrm\n" }, /no connection "winrm"/],
  ["another user than root", { h: "a ansible_become_user=bob\n" }, /never "bob"/],
  ["options that hlx's ssh has not", { h: "a ansible_ssh_common_args='-o ControlMaster=no'\n" }, /does not take over -o ControlMaster=no/],
];

describe("a warning is given for", () => {
  test.each(warned)("%s", async (_, files, expected) => {
    const { warnings, folder } = await load(files);
    const lines = warnings.map(({ message, at }) => `${at?.file.slice(folder.length + 1)}:${at?.line}:${at?.column} ${message}`);
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });
  test("!unsafe text not", async () => expect((await load({ "h.yml": "all: { hosts: { a: { v: !unsafe '{{ x }}' } } }" })).warnings).toEqual([]));
});

const kinds: readonly (readonly [file: string, text: string, ansible: boolean])[] = [
  ["inventory.yaml", "format: 1\nhosts:\n  all:\n", false],
  ["inventory.yaml", "hosts: { a: {} }\n", false],
  ["inventory.yaml", "all:\n  hosts:\n", true],
  ["inventory.yaml", "web:\n  hosts:\n    a:\n", true],
  ["inventory.yaml", "just text\n", false],
  ["inventory.json", '{ "format": 1, "hosts": {} }', false],
  ["hosts.json", '{ "web": { "hosts": {} } }', true],
  ["hosts.yml", "[web]\na\n", true],
  ["hosts", "a\n", true],
  ["hosts.ini", "", true],
];

test.each(kinds)("%s with %j is Ansible's: %s", (file, text, ansible) => expect(looksAnsible(file, text)).toBe(ansible));
