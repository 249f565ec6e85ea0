// hlx doctor: this machine first, then each host from its name to its disk.
import { connections } from "../../../connections/registry.ts";
import type { Host } from "../../../model/host.ts";
import type { ConnectOptions } from "../../../model/ports/connection.ts";
import type { Session } from "../../../model/ports/shell.ts";
import { problemOf } from "../../../model/problem.ts";
import type { Context } from "../../command.ts";
import type { Standing } from "../../exit.ts";
import { doctorDocument, doctorLines, type Examined, type Finding } from "../../views/doctor.ts";
import { hostsOf, openHosts } from "../project.ts";
import { secretsOf } from "../secrets.ts";
import { withWorld } from "../session.ts";
import { findingsInside, inside } from "./inside.ts";
import { examineApi } from "./proxmox.ts";
import { examineThisMachine } from "./this-machine.ts";
import { examineWayIn, failed } from "./way-in.ts";

/** Examines the hosts that a pattern selects; changes nothing anywhere. */
export async function doctorNow(context: Context): Promise<Standing> {
  const { given, io, printer } = context;
  const [pattern = ""] = given.args;
  const { inventory } = await openHosts(context, pattern);
  const hosts = hostsOf(inventory, context, pattern);
  const examined = await withWorld(context, secretsOf(inventory), async ({ connect, secrets }) => {
    const run = { connect, secret: async (name: string) => (await secrets.resolve([name])).get(name) ?? "" };
    const api = { hosts: inventory.hosts, run, now: io.now, monotonicMs: io.monotonicMs };
    const here = await examineThisMachine({ io, knownHosts: connect.knownHosts, folder: inventory.folder });
    const there = await Promise.all(
      hosts.map(async (host) => {
        const [{ name, findings }, beside] = await Promise.all([examineHost(host, connect, () => io.now().getTime()), examineApi(host, api)]);
        return { name, findings: [...findings, ...beside] };
      }),
    );
    return [{ name: "this machine", findings: here }, ...there];
  });
  if (given.flag("json")) printer.document(doctorDocument(examined));
  else printer.out(doctorLines(examined, printer.screen.paint));
  return { failed: examined.flatMap(({ findings }) => findings).filter(({ level }) => level === "error").length };
}

async function examineHost(host: Host, options: ConnectOptions, nowMs: () => number): Promise<Examined> {
  const bySsh = ["ssh", "openssh"].includes(host.login.connection);
  const { user, findings } = bySsh ? await examineWayIn(host, options) : { user: host.login.user ?? "root", findings: [] };
  if (findings.some(({ level }) => level === "error")) return { name: host.name, findings };
  return { name: host.name, findings: [...findings, ...(await examineInside(host, options, { user, nowMs }))] };
}

interface Examining {
  readonly user: string;
  nowMs(): number;
}

async function examineInside(host: Host, options: ConnectOptions, { user, nowMs }: Examining): Promise<readonly Finding[]> {
  const connection = connections.get(host.login.connection);
  if (connection === undefined) return [failed("login", { code: "input", message: `no connection called "${host.login.connection}"` })];
  let session: Session | undefined;
  try {
    session = await connection.open(host, options);
    // The first answer shows that the session is there, so that the second measures the clock and nothing else.
    await session.shell.ask(inside, user);
    const before = nowMs();
    const said = await session.shell.ask(inside, user);
    const found = findingsInside(said, { host: host.name, user, now: (before + nowMs()) / 2000 });
    return connection.connection === "ssh" ? found : [{ check: "login", level: "ok", found: `${user} over ${connection.connection}` }, ...found];
  } catch (thrown) {
    const problem = problemOf(thrown);
    return [failed(problem.code === "privilege" ? "root" : "login", problem)];
  } finally {
    await session?.close();
  }
}
