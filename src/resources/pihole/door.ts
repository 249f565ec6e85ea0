// Where a host's Pi-hole answers, as kinds and roles write it.

import type { PiholeDoor } from "../../model/ports/pihole.ts";
import type { Capability } from "../../model/resource.ts";
import type { JsonSchema } from "../../model/schema.ts";
import type { SecretRef } from "../../model/text.ts";
import { unitOf } from "../unit-of.ts";

/** What every Pi-hole constructor takes. */
export interface DoorOptions {
  /** HTTP port of its web server on the host's loopback. Default 80. */
  readonly port?: number;
  /** The administrator's password, or an app password where `webserver.api.app_sudo` is on. Only as a secret. */
  readonly password?: SecretRef;
}

export const doorSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    port: { type: "integer", minimum: 1, maximum: 65535, description: "HTTP port of its web server on the host's loopback. Default 80." },
    password: { type: "string", minLength: 1, description: "Name of the secret with its password." },
  },
  description: "Where it answers on the host, and the secret that opens it.",
} as const satisfies JsonSchema;

/** The name of the secret, not a reference to it: what is found at a Pi-hole is no secret, and may be shown and recorded as it is. */
export function doorOf({ port, password }: DoorOptions): PiholeDoor {
  return { ...(port === undefined ? {} : { port }), ...(password === undefined ? {} : { password: password.secret }) };
}

/** What a Pi-hole must be running as before there is anything to look at. */
export const ftlUnit: Capability = unitOf("pihole-FTL");
