// What Compose or the engine would refuse in a compose file that has the right shape, and what is not wise.
import { isRecord } from "../../lib/json.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { Path } from "../../model/documents/parse.ts";
import type { Problem } from "../../model/problem.ts";
import { overlap, type Port, portName, portsOf } from "./amounts.ts";
import type { ComposeFile, Part } from "./file.ts";
import { orderOf } from "./order.ts";
import { mountOf, type Service } from "./service.ts";
import { hasToken } from "./tokens.ts";

interface Checks {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

type Tell = (path: Path, message: string, hint?: string) => Problem;

/** All that is wrong, and all that is unwise. */
export function checksOf(compose: ComposeFile): Checks {
  const tell: Tell = (path, message, hint) => ({ code: "input", message, at: compose.document.at(path), ...(hint === undefined ? {} : { hint }) });
  const services = [...compose.services.values()];
  const each = services.flatMap((service) => serviceProblems(service, compose, tell));
  const cycle = orderOf(services);
  return {
    problems: [
      ...(services.length === 0 ? [tell(["services"], "no service takes part: give the file services, or name profiles")] : []),
      ...each,
      ...("cycle" in cycle ? [tell(["services", cycle.cycle[0] ?? ""], `services wait for each other in a circle: ${cycle.cycle.join(" → ")}`)] : []),
      ...doubledNames(services, tell),
      ...doubledPorts(services, tell),
      ...partProblems(compose, tell),
    ],
    warnings: services.flatMap((service) => unpinned(service, tell)),
  };
}

function serviceProblems(service: Service, compose: ComposeFile, tell: Tell): readonly Problem[] {
  const { name, raw } = service;
  const at = (...path: Path): Path => ["services", name, ...path];
  return [
    ...(raw["image"] === undefined && raw["build"] === undefined && raw["provider"] === undefined
      ? [tell(at(), `service ${name} has neither an image nor a build`, "add image: NAME:TAG")]
      : []),
    ...modeProblems(service, compose, tell),
    ...portProblems(service, tell),
    ...mountProblems(service, compose, tell),
    ...referenceProblems(service, compose, tell),
    ...dependencyProblems(service, compose, tell),
    ...secretProblems(service, tell),
    ...(service.containerName !== undefined && service.replicas > 1
      ? [tell(at("container_name"), `service ${name} has one container_name for ${service.replicas} containers`, "take container_name away")]
      : []),
  ];
}

function modeProblems({ name, raw, networkMode }: Service, compose: ComposeFile, tell: Tell): readonly Problem[] {
  if (networkMode === undefined) return [];
  const path = ["services", name, "network_mode"];
  const other = /^service:(.+)$/.exec(networkMode)?.[1];
  const both =
    raw["networks"] !== undefined ? [tell(path, `service ${name} has both network_mode and networks: they exclude each other`, "keep one of them")] : [];
  const published = raw["ports"] !== undefined && /^(host|none|service:|container:)/.test(networkMode) && networkMode !== "host";
  return [
    ...both,
    ...(published ? [tell(["services", name, "ports"], `service ${name} publishes ports, but network_mode ${networkMode} has none of its own`)] : []),
    ...(other === undefined || compose.services.has(other)
      ? []
      : [tell(path, `service ${name} uses the network of ${other}, which does not take part`, didYouMean(other, compose.services.keys()))]),
  ];
}

function portProblems({ name, raw }: Service, tell: Tell): readonly Problem[] {
  return list(raw["ports"]).flatMap((port, index) => {
    const ports = portsOf(port);
    const hint = "HOST:CONTAINER, with /udp behind it where it is not tcp";
    return typeof ports === "string" ? [tell(["services", name, "ports", index], `service ${name}: ${ports}`, hint)] : [];
  });
}

function mountProblems({ name, raw }: Service, compose: ComposeFile, tell: Tell): readonly Problem[] {
  return list(raw["volumes"]).flatMap((one, index) => {
    const [mount, path] = [mountOf(one), ["services", name, "volumes", index]];
    if (typeof mount === "string") return [tell(path, `service ${name}: a mount has ${mount}`, "write SOURCE:TARGET or SOURCE:TARGET:ro")];
    const missing = mount.type === "volume" && mount.source !== "" && !compose.volumes.has(mount.source);
    const hint = didYouMean(mount.source, compose.volumes.keys()) ?? `name it below volumes:, or write ./${mount.source} for a folder beside the file`;
    return [
      ...(missing ? [tell(path, `service ${name} mounts the volume ${mount.source}, which the file does not name`, hint)] : []),
      ...(/^\//.test(mount.target) || /^[A-Za-z]:/.test(mount.target) ? [] : [tell(path, `service ${name}: the target ${mount.target} is no absolute path`)]),
    ];
  });
}

function referenceProblems(service: Service, compose: ComposeFile, tell: Tell): readonly Problem[] {
  return (["networks", "configs", "secrets"] as const).flatMap((section) => {
    const known = compose[section] as ReadonlyMap<string, Part>;
    return service[section]
      .filter((key) => !known.has(key))
      .map((key) =>
        tell(
          ["services", service.name, section, memberOf(service.raw[section], key)],
          `service ${service.name} uses ${key}, which is not below ${section}:`,
          didYouMean(key, known.keys()),
        ),
      );
  });
}

/** Where a name stands in a list or a map. */
function memberOf(value: unknown, key: string): string | number {
  return Array.isArray(value) ? value.findIndex((item) => item === key || (isRecord(item) && item["source"] === key)) : key;
}

function dependencyProblems({ name, raw, dependsOn }: Service, { services }: ComposeFile, tell: Tell): readonly Problem[] {
  return dependsOn.flatMap(({ service, condition, required }) => {
    const [path, other] = [["services", name, "depends_on", memberOf(raw["depends_on"], service)], services.get(service)];
    if (other === undefined && !required) return [];
    const hint = didYouMean(service, services.keys()) ?? "is it in a profile that is not active?";
    if (other === undefined) return [tell(path, `service ${name} depends on ${service}, which does not take part`, hint)];
    const unhealthy = condition === "service_healthy" && disabled(other);
    return unhealthy ? [tell(path, `service ${name} waits until ${service} is healthy, but its health check is disabled`)] : [];
  });
}

function disabled({ raw }: Service): boolean {
  const { healthcheck } = raw;
  return isRecord(healthcheck) && (healthcheck["disable"] === true || [healthcheck["test"]].flat()[0] === "NONE");
}

// Where a value decides what is made, a secret would be shown: names, images, ports, mounts.
function secretProblems({ name, raw }: Service, tell: Tell): readonly Problem[] {
  const open = ["image", "container_name", "hostname", "network_mode", "ports", "volumes", "networks", "depends_on", "restart", "deploy"];
  return open
    .filter((key) => hasToken(JSON.stringify(raw[key] ?? "")))
    .map((key) =>
      tell(["services", name, key], `service ${name}: a secret cannot stand in ${key}`, "secrets go into environment, command, labels, healthcheck or files"),
    );
}

function doubledNames(services: readonly Service[], tell: Tell): readonly Problem[] {
  const first = new Map<string, string>();
  return services.flatMap(({ name, containerName }) => {
    if (containerName === undefined) return [];
    const other = first.get(containerName);
    if (other === undefined) first.set(containerName, name);
    return other === undefined
      ? []
      : [tell(["services", name, "container_name"], `services ${other} and ${name} both want the container name ${containerName}`)];
  });
}

function doubledPorts(services: readonly Service[], tell: Tell): readonly Problem[] {
  const taken: { readonly service: string; readonly port: Port }[] = [];
  return services.flatMap(({ name, ports }) =>
    ports.flatMap((port) => {
      const other = taken.find((one) => overlap(one.port, port));
      taken.push({ service: name, port });
      return other === undefined ? [] : [tell(["services", name, "ports"], `services ${other.service} and ${name} both publish ${portName(port)}`)];
    }),
  );
}

function partProblems(compose: ComposeFile, tell: Tell): readonly Problem[] {
  const mixed = (["networks", "volumes"] as const).flatMap((section) =>
    [...compose[section].values()].flatMap(({ key, external, raw }) => {
      const other = ["driver", "driver_opts", "ipam", "internal", "labels"].find((name) => raw[name] !== undefined);
      return external && other !== undefined
        ? [tell([section, key, other], `${section}.${key} is external and has ${other}: what is made elsewhere is told nothing`)]
        : [];
    }),
  );
  const sourceless = (["configs", "secrets"] as const).flatMap((section) =>
    [...compose[section].values()].flatMap(({ key, external, raw }) =>
      external || ["file", "environment", "content"].some((name) => raw[name] !== undefined)
        ? []
        : [tell([section, key], `${section}.${key} comes from nowhere`, "give it file:, environment: or content:")],
    ),
  );
  return [...mixed, ...sourceless];
}

function unpinned({ name, image, raw }: Service, tell: Tell): readonly Problem[] {
  if (image === undefined || image.includes("@sha256:") || raw["build"] !== undefined) return [];
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  if (tag !== undefined && tag !== "latest") return [];
  return [
    tell(
      ["services", name, "image"],
      `service ${name}: the image ${image} is not pinned: what runs depends on the day it was pulled`,
      "name a version: image:TAG",
    ),
  ];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
