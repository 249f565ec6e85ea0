// Names and ports that containers outside of a stack have already: found before anything is touched.
import type { ListedContainer } from "../../model/ports/docker.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Looks, Stack } from "./desired.ts";

/** Throws ProblemError when a container of somebody else has a name or a published port that the stack wants. */
export function refuseTaken({ services, name, state, absent: gone }: Stack, others: readonly ListedContainer[]): void {
  if (state === "stopped" || gone === true) return;
  for (const [service, { looks }] of Object.entries(services)) {
    const who = `service ${service} of stack ${name}`;
    refuseName(who, looks, others);
    for (const wanted of looks.ports) refusePort(who, wanted, others);
  }
}

function refuseName(who: string, { containerName }: Looks, others: readonly ListedContainer[]): void {
  if (containerName === undefined || !others.some(({ Names }) => Names.includes(`/${containerName}`))) return;
  const message = `${who} wants the name ${containerName}, which a container has that is not of this stack`;
  throw new ProblemError({ code: "unknown", message, hint: `remove it (docker rm -f ${containerName}), or give one of them another name` });
}

function refusePort(who: string, wanted: string, others: readonly ListedContainer[]): void {
  const [, protocol = "", ip = "", port = ""] = /^\d+\/(\w+)=(.*):(\d+)$/.exec(wanted) ?? [];
  const other = others.find(({ Ports }) => Ports.some((taken) => taken.PublicPort === Number(port) && taken.Type === protocol && meets(taken.IP ?? "", ip)));
  if (other === undefined) return;
  const name = (other.Names[0] ?? other.Id).replace(/^\//, "");
  const message = `${who} wants port ${port}/${protocol}, which the container ${name} publishes`;
  throw new ProblemError({ code: "unknown", message, hint: `stop it (docker stop ${name}), or give one of them another port` });
}

function meets(one: string, other: string): boolean {
  const any = ["", "0.0.0.0", "::"];
  return one === other || any.includes(one) || any.includes(other);
}
