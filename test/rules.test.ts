// Rules of this code base that a formatter cannot hold. Each says what to do instead, and has a twin that shows it can fail.
import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** Files where it is the point. */
  readonly except: readonly string[];
  readonly instead: string;
  readonly breaks: string;
  readonly keeps: string;
}

const rules: readonly Rule[] = [
  {
    name: "sec/02 no value is interpolated into a script",
    pattern: /\bscript(?:: string)?\s*[:=]\s*`[^`]*\$\{/,
    except: [],
    instead: "write a constant script and pass the value as $1…",
    breaks: "const script = `rm ${path}`",
    keeps: "script: 'rm -- \"$1\"', args: [path]",
  },
  {
    name: "sec/06 no text is evaluated",
    pattern: /\beval\(|new Function\(|from "node:vm"|child_process"\)\.exec\(|\bexecSync\(/,
    except: [],
    instead: "data stays data; a process is started with an argv",
    breaks: "eval(answer)",
    keeps: "parse(answer)",
  },
  {
    name: "sec/42 no signature, certificate or host key goes unchecked",
    pattern: /--allow-unauthenticated|AllowUnauthenticated|--nogpgcheck|trusted=yes|--force-yes|rejectUnauthorized: false|StrictHostKeyChecking=no\b/,
    except: [],
    instead: "say what is not trusted, and how to trust it",
    breaks: 'args: ["install", "--allow-unauthenticated"]',
    keeps: 'args: ["install", "--yes"]',
  },
  {
    name: "sec/53 hlx serves nothing",
    pattern: /\bcreateServer\(/,
    // The double of Proxmox's API that a rehearsal and the tests start, on this machine's own address only.
    except: ["src/testing/proxy.ts", "src/lab/proxmox/access.ts"],
    instead: "write a file or an answer; who opens a port answers for who comes in",
    breaks: "createServer(answer)",
    keeps: "connect(path)",
  },
  {
    name: "only the role loader and main import what they compute",
    pattern: /\bimport\((?!\s*["'])/,
    except: ["src/playbook/roles/load.ts"],
    instead: "import a literal path",
    breaks: "await import(path)",
    keeps: 'await import("./plan.ts")',
  },
  {
    name: "only main reads the process",
    pattern: /\bprocess\.(?!kill\b|pid\b)[a-z]/,
    except: ["src/main.ts"],
    instead: "take clock, environment, folder and streams as arguments",
    breaks: "process.env.HOME",
    keeps: "io.env.HOME",
  },
  {
    name: "types are never switched off",
    pattern: /\bas any\b|@ts-nocheck/,
    except: [],
    instead: "change the code",
    breaks: "const x = y as any",
    keeps: "const x = 1;",
  },
];

const files = ["src/**/*.ts", "roles/**/*.ts"].flatMap((glob) => globSync(glob)).filter((file) => !file.endsWith(".test.ts"));

function brokenBy(source: string, { pattern }: Rule): boolean {
  return source.split("\n").some((line) => !/^\s*(\/\/|\*|\/\*)/.test(line) && pattern.test(line));
}

describe.each(rules)("$name", (rule) => {
  test(`holds (instead: ${rule.instead})`, () => {
    expect(files.filter((file) => !rule.except.includes(file) && brokenBy(readFileSync(file, "utf8"), rule))).toEqual([]);
  });
  test("can fail", () => {
    expect([brokenBy(rule.breaks, rule), brokenBy(rule.keeps, rule)]).toEqual([true, false]);
  });
});
