// Who may have changed what drifted, from logs that may say anything.
import { expect, test } from "vitest";
import { deeds } from "../../src/engine/suspects.ts";

const log = `zone +0100
Start-Date: 2026-11-21  15:10:00
Commandline: apt install nmap
Requested-By: terrac (1000)
1795270000.123456 web sudo[12]:   terrac : TTY=pts/0 ; PWD=/home/terrac ; USER=root ; COMMAND=/usr/bin/vim /etc/x
1795270001.123456 web sudo[13]:   hlx : PWD=/ ; USER=root ; COMMAND=/bin/sh -c echo 0123abcd; exec /bin/sh
1795270003.5 web su[15]: (to root) terrac on pts/0
1795270003.6 web su[15]: pam_unix(su-l:session): session opened for user root(uid=0) by terrac(uid=1000)
docker 1795270004 container stop web
docker nonsense
1795270005.1 web sudo[16]:      ops : PWD=/home/ops ; USER=root ; COMMAND=/bin/sh -c 'echo 0123abcd; exec /bin/sh'
1795270002.0 web sudo[14]: pam_unix(sudo:session): session opened
Start-Date: nonsense
\u001b[2J rubbish
`;

test("apt's history, the journal of sudo and su, Docker's events, without hlx's own way to root", () => {
  expect(deeds.parse(log, [0])[0]).toEqual([
    { at: Date.parse("2026-11-21T14:10:00Z") / 1000, by: "terrac", what: "apt install nmap" },
    { at: 1_795_270_000, by: "terrac", what: "sudo /usr/bin/vim /etc/x" },
    { at: 1_795_270_003, by: "terrac", what: "su to root" },
    { at: 1_795_270_004, by: "docker", what: "container stop web" },
  ]);
});

test("the same second counts", () => expect(deeds.parse(log, [1_795_270_004.9])[0]).toContainEqual(expect.objectContaining({ by: "docker" })));

test("nothing from before the time that was asked for", () => expect(deeds.parse(log, [1_795_280_000])).toEqual([[]]));
