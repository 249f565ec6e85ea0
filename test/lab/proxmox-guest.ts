// A real host as the guest of Proxmox's double, and a role that shows that somebody was inside.
import { engineRun, engineTry } from "../../src/lab/engine.ts";
import type { Double } from "../../src/lab/proxmox/double.ts";
import { engine, type LabHost } from "./hosts.ts";

/** From now on the host runs when the double's guests do, one change after the other. It is off at first. */
export async function powerOf(double: Double, { container }: LabHost): Promise<void> {
  const off = ["stop", "-t", "1", container];
  await passForVm(container);
  await engineTry(engine, off);
  let power: Promise<unknown> = Promise.resolve();
  double.onPower = (_, running) => {
    power = power.then(() => engineTry(engine, running ? ["start", container] : off));
  };
}

const stub = `cat >/usr/local/bin/systemd-detect-virt <<'END'
#!/bin/sh
case "$*" in *--container*) exit 1 ;; esac
echo kvm
END
chmod 0755 /usr/local/bin/systemd-detect-virt`;

/** What a guest of Proxmox is asked, a container that stands for one answers like it. */
export async function passForVm(container: string): Promise<void> {
  await engineRun(engine, ["exec", container, "sh", "-c", stub]);
}

export const motdRole = `import { defineRole, file } from "hlx";
export default defineRole({
  name: "motd", summary: "Says what it is.", params: { type: "object", properties: {} },
  declare: ({ facts }) => [file({ path: "/etc/motd", content: \`\${facts.hostname} runs \${facts.os.id} \${facts.os.versionId}\\n\` })],
});
`;
