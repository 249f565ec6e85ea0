// Whether nobody can be expected to answer inside a guest.
import type { Evidence } from "../../model/kind.ts";
import type { GuestSeen } from "../../model/ports/proxmox.ts";

/** As long as hlx waits for a guest that it started itself. */
const startingSeconds = 600;

/** Switched off, or on for less than ten minutes. */
export function awayOf({ running, uptime }: Extract<GuestSeen, { guest: "here" }>): Pick<Evidence, "away"> {
  if (!running) return { away: "off" };
  return uptime !== undefined && uptime < startingSeconds ? { away: "starting" } : {};
}
