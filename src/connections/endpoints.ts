// The registry of ways to APIs. A new one is a file beside this and a line here.
import type { EndpointDriver } from "../model/ports/endpoint.ts";
import { dockerDriver } from "./docker.ts";
import { kubernetes } from "./kubernetes.ts";
import { pihole } from "./pihole.ts";
import { proxmox } from "./proxmox.ts";
import { snapd } from "./snapd.ts";

const all: readonly EndpointDriver[] = [dockerDriver, kubernetes, pihole, proxmox, snapd];

/** Every way to an API, by its port's name. */
export const endpoints: ReadonlyMap<string, EndpointDriver> = new Map(all.map((one) => [one.port, one]));
