// The host's Docker engine: dockerode over the socket, by way of the connection that is open.
import type { DockerReader } from "../model/ports/docker.ts";
import type { Endpoint, EndpointDriver, Endpoints } from "../model/ports/endpoint.ts";
import type { Session, WriteOptions } from "../model/ports/shell.ts";
import { problemOf } from "../model/problem.ts";
import type { Api, StepResult } from "../model/step.ts";
import { type Engine, openEngine } from "./docker/engine.ts";
import { readerOf } from "./docker/reader.ts";
import { filled } from "./filled.ts";

/** Opens nothing before the first question; one engine a host. */
export const dockerDriver: EndpointDriver<"docker"> = { port: "docker", start };

function start(): Endpoints<"docker"> {
  const known = new Map<string, { readonly endpoint: Endpoint<"docker">; readonly engine: Engine }>();
  return {
    of: (host, session) => {
      const one = known.get(host.name) ?? endpointOf(host.name, session);
      known.set(host.name, one);
      return one.endpoint;
    },
    close: async () => {
      for (const { engine } of known.values()) engine.close();
    },
  };
}

function endpointOf(host: string, session: () => Promise<Session>): { readonly endpoint: Endpoint<"docker">; readonly engine: Engine } {
  const engine = openEngine(host, session);
  const reader: DockerReader = readerOf(engine);
  return { engine, endpoint: { reader, call: (step, options) => call(engine, step, options), requests: engine.requests } };
}

async function call(engine: Engine, step: Api, options: WriteOptions): Promise<StepResult> {
  try {
    const answer = await engine.send({ method: step.method, path: step.path, body: filled(step.body, options.reveal) });
    return { result: "done", output: answer };
  } catch (thrown) {
    const { code, message } = problemOf(thrown);
    // An engine that answered has refused; one that was cut off may have done it.
    return code === "unknown" ? { result: "unknown", because: message } : { result: "failed", output: "", exitStatus: 1, because: message };
  }
}
