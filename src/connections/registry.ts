// The registry of connections. A new one is a file beside this and a line here.
import type { Connection } from "../model/ports/connection.ts";
import { container } from "./container.ts";
import { local } from "./local.ts";
import { openssh } from "./openssh.ts";
import { ssh } from "./ssh.ts";

const all: readonly Connection[] = [ssh, openssh, local, container];

/** Every way of reaching a host, by its name. */
export const connections: ReadonlyMap<string, Connection> = new Map(all.map((one) => [one.connection, one]));
