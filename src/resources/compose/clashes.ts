// What the stacks of one host want twice: published ports, container names, and the order between them.
import type { Problem } from "../../model/problem.ts";
import { overlap, type Port, portName } from "./amounts.ts";
import type { ComposeFile } from "./file.ts";

interface Taken {
  readonly stack: string;
  readonly service: string;
  readonly compose: ComposeFile;
}

/** Ports and container names that two stacks both want, at the place of the later one with the earlier one beside it. */
export function clashesOf(stacks: readonly ComposeFile[]): readonly Problem[] {
  const taken: Taking[] = [];
  return stacks.flatMap((compose) =>
    [...compose.services.values()].flatMap((service) => {
      const here: Taking = { stack: compose.name, service: service.name, compose, ports: service.ports, name: service.containerName };
      const told = taken.filter(({ stack }) => stack !== here.stack).flatMap((other) => between(here, other));
      taken.push(here);
      return told;
    }),
  );
}

interface Taking extends Taken {
  readonly ports: readonly Port[];
  readonly name: string | undefined;
}

function between(one: Taking, other: Taking): readonly Problem[] {
  const ports = one.ports.filter((port) => other.ports.some((taken) => overlap(port, taken)));
  const named = one.name !== undefined && one.name === other.name ? [nameClash(one, other, one.name)] : [];
  return [...ports.map((port) => portClash({ ...one, port }, other)), ...named];
}

function portClash(one: Taken & { readonly port: Port }, other: Taken): Problem {
  return clash([one, other], "ports", `both publish ${portName(one.port)}`);
}

function nameClash(one: Taken, other: Taken, name: string): Problem {
  return clash([one, other], "container_name", `both want the container name ${name}`);
}

function clash([one, other]: readonly [Taken, Taken], key: string, what: string): Problem {
  return {
    code: "input",
    message: `service ${one.service} of stack ${one.stack} and service ${other.service} of stack ${other.stack} ${what} on one host`,
    at: one.compose.document.at(["services", one.service, key]),
    also: [{ at: other.compose.document.at(["services", other.service, key]), note: "it is taken here" }],
  };
}

/** The stacks in the order in which they can start: the one that makes a network before those that use it as external. Ties as given. */
export function stackOrder(stacks: readonly ComposeFile[]): readonly ComposeFile[] | Problem {
  const makes = new Map(
    stacks.flatMap((stack) =>
      [...stack.networks.values(), ...stack.volumes.values()].filter(({ external }) => !external).map(({ name }) => [name, stack] as const),
    ),
  );
  const left = [...stacks];
  const done: ComposeFile[] = [];
  while (left.length > 0) {
    const next = left.findIndex((stack) => neededBy(stack, makes).every((other) => other === stack || done.includes(other)));
    const [stack] = left.splice(Math.max(0, next), 1);
    if (next === -1 || stack === undefined) return circle([...(stack === undefined ? [] : [stack]), ...left]);
    done.push(stack);
  }
  return done;
}

function neededBy(stack: ComposeFile, makes: ReadonlyMap<string, ComposeFile>): readonly ComposeFile[] {
  return [...stack.networks.values(), ...stack.volumes.values()].flatMap(({ name, external }) => (external ? (makes.get(name) ?? []) : []));
}

function circle(left: readonly ComposeFile[]): Problem {
  const names = left.map(({ name }) => name).join(", ");
  const message = `the stacks ${names} wait for each other's networks or volumes in a circle`;
  return { code: "input", message, hint: "let one of them make what they share", ...(left[0] === undefined ? {} : { at: left[0].document.at([]) }) };
}
