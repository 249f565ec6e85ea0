// What an import takes over as it stands holds no password: such parts are left out, and told.
import { describe, expect, test } from "vitest";
import { readDhcpd } from "../../src/import/dhcpd.ts";
import { importedFrom } from "../../src/import/inventory.ts";
import { readKea } from "../../src/import/kea.ts";
import { readNamed } from "../../src/import/named.ts";
import { filesOf } from "../../src/import/write.ts";
import { problemOf } from "../../src/model/problem.ts";

const alone = () => undefined;
const subnet = "subnet 10.7.0.0 netmask 255.255.255.0 { }";
const kea = (more: object) =>
  readKea({ file: "kea-dhcp4.conf", text: JSON.stringify({ Dhcp4: { subnet4: [{ id: 1, subnet: "10.7.0.0/24" }], "server-tag": "a", ...more } }) });
const isc = (more: string) => readDhcpd({ file: "dhcpd.conf", text: `${subnet}\nmin-secs 3;\n${more}\n` }, alone);
const bind = (more: string) => readNamed({ file: "named.conf", text: `options { version none; };\nlogging { };\n${more}\n` }, alone).gathered;

describe("a secret is in neither file of an import", () => {
  test.each([
    ["of Kea's leases' database", kea({ "lease-database": { type: "mysql", user: "kea", password: "hunter22" } }), '"lease-database"', '"password"'],
    [
      "deep in a hook of Kea's",
      kea({ "hooks-libraries": [{ library: "x.so", parameters: { servers: [{ secret: "hunter22" }] } }] }),
      '"hooks-libraries"',
      '"secret"',
    ],
    ["of dhcpd's directory", isc('ldap-password "hunter22";'), "ldap-password", '"ldap-password"'],
    ["of named's cookies", bind('options { cookie-secret "hunter22"; };'), "cookie-secret", '"cookie-secret"'],
    ["in a database that named opens", bind('dlz "x" { database "mysql {host=db user=named pass=hunter22}"; };'), "dlz", '"pass"'],
    ["of a statement that hlx does not know", bind('dyndb "x" "x.so" { uri "ldap://x"; password "hunter22"; };'), "dyndb", '"password"'],
  ])("%s, and what is left out is told", (...[, gathered, part, secret]) => {
    const imported = importedFrom([gathered], "dns01");
    const told = imported.notes.map(({ message }) => message);
    expect([...filesOf(imported).values()].join("\n")).not.toContain("hunter22");
    expect(JSON.stringify(imported.notes)).not.toContain("hunter22");
    expect(told).toContainEqual(`${part} is not taken over: ${secret} in it would stand in clear in the playbook, and has no param that takes a secret`);
  });

  test("what only leads to one, or holds none, is taken over", () => {
    const written = (imported: ReturnType<typeof kea>): string => filesOf(importedFrom([imported], "dns01")).get("site.yaml") ?? "";
    expect(written(kea({ "hosts-database": { type: "mysql", "password-file": "/etc/kea/pw" } }))).toContain("/etc/kea/pw");
    expect(written(kea({}))).toContain("server-tag");
    expect(written(isc("omapi-port 7911;"))).toContain("omapi-port 7911;");
    expect(written(bind('options { tkey-gssapi-keytab "/etc/krb5.keytab"; };'))).toContain("/etc/krb5.keytab");
  });

  test("nor in the line that an error shows", () => {
    const thrown = problemOf(
      (() => {
        try {
          return bind('key k { algorithm hmac-sha256; secret "hunter22" };');
        } catch (error) {
          return error;
        }
      })(),
    );
    expect(thrown.message).toContain("no end");
    expect(JSON.stringify(thrown)).not.toContain("hunter22");
  });
});
