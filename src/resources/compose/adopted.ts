// Containers that hlx did not make and found as they should be: what is noted of them on the host, since labels cannot be put on a container.
import type { Run } from "../../model/step.ts";
import type { Text } from "../../model/text.ts";
import type { Stack } from "./desired.ts";
import { contentText } from "./render.ts";

/** What a container's labels would say. */
export interface Note {
  readonly spec: string;
  readonly content?: string;
}

/** Reads the notes of one service, by containers. A line of two words is from an hlx that noted less: the container is adopted once more. */
export function notesIn(text: string): readonly (readonly [string, Note])[] {
  return text.split("\n").flatMap((line) => {
    const [id = "", spec = "", content] = line.split(" ");
    if (content === undefined) return [];
    return [[id, { spec, ...(content === "-" ? {} : { content }) }] as const];
  });
}

/** Notes all containers of a service. */
export function adoption(desired: Stack, name: string): Run {
  const service = desired.services[name];
  const content = service === undefined ? undefined : contentText(service, desired);
  const labels: Text = service === undefined ? [] : [{ sha256: service.spec }, " ", content === undefined ? "-" : { sha256: content }];
  return { do: "run", title: `adopt ${name}`, script: adoptScript, args: [desired.dir, desired.name, name], stdin: labels };
}

const adoptScript = `
mkdir -p -- "$1/.hlx/adopted" && chmod 0700 -- "$1/.hlx/adopted" || exit
labels=$(cat)
ids=$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$2" --filter "label=com.docker.compose.service=$3" --filter "label=com.docker.compose.oneoff=False") || exit
for id in $ids; do printf '%s %s\\n' "$id" "$labels"; done > "$1/.hlx/adopted/$3"
`;
