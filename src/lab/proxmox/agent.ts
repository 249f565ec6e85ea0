// The guest agents of the double: what they say of files inside, and how Proxmox says that they do not answer.
import { type AtGuest, type Call, type DoubleGuest, type Reply, refuse } from "./state.ts";

/** What is asked of the guest's agent. */
export function askInside({ params }: Call, { on, id, part }: AtGuest, guest: DoubleGuest): Reply {
  const { file = "" } = params;
  if (!guest.running) return refuse(`VM ${id} is not running`);
  if (guest.config["agent"]?.match(/^(enabled=)?1\b/) == null) return refuse("No QEMU guest agent configured");
  const agent = on.double.agents.get(id);
  if (agent === undefined || agent.silent-- > 0) return refuse("QEMU guest agent is not running");
  if (part === "/agent/network-get-interfaces") return { data: { result: agent.interfaces ?? [] } };
  const content = agent.files[file];
  return content === undefined ? refuse(`Agent error: Failed to open file '${file}': No such file or directory`) : { data: { content } };
}
