// Pi-hole 6 as a stack of one container, on a host that has Docker.
import { composeStack, type Resource, unitOf } from "hlx";
import type { Params } from "./params.ts";

/** Nothing unless the params ask for it. The stack is what the Pi-hole's settings wait for. */
export function stacked({ stack, port, password }: Params): readonly Resource[] {
  if (stack === undefined) return [];
  const { image, dir, timezone } = stack;
  return [
    composeStack({
      ...{ name: "pihole", dir, compose: composeOf({ image, port, timezone, locked: password !== undefined }), file: "the Pi-hole's compose.yaml" },
      ...(password === undefined ? {} : { files: { "pihole_password.txt": { content: password, mode: "0600" } } }),
      provides: [unitOf("pihole-FTL")],
      // While one container is made anew, another Pi-hole answers.
      exclusive: "pihole",
    }),
  ];
}

interface Wanted {
  readonly image: string;
  readonly port: number;
  readonly timezone: string | undefined;
  readonly locked: boolean;
}

// As few variables as can be: what they hold cannot be changed through the API. Behind a bridge every question comes from elsewhere.
function composeOf({ image, port, timezone, locked }: Wanted): string {
  const lines = [
    "services:",
    "  pihole:",
    `    image: ${JSON.stringify(image)}`,
    "    container_name: pihole",
    "    hostname: pihole",
    "    restart: unless-stopped",
    `    ports: ["53:53/tcp", "53:53/udp", "${port}:80/tcp"]`,
    "    environment:",
    "      FTLCONF_dns_listeningMode: ALL",
    ...(timezone === undefined ? [] : [`      TZ: ${JSON.stringify(timezone)}`]),
    ...(locked ? ["      WEBPASSWORD_FILE: pihole_password", "    secrets: [pihole_password]"] : []),
    '    volumes: ["./etc:/etc/pihole"]',
    ...(locked ? ["secrets:", "  pihole_password: { file: ./pihole_password.txt }"] : []),
  ];
  return `${lines.join("\n")}\n`;
}
