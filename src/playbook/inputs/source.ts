// The contract of an input source: how one sort of `inputs` is looked up before roles run.
import type { Input } from "../../model/role.ts";

/** What a lookup may use. Folders are absolute. */
export interface LookingUp {
  readonly roleFolder: string;
  readonly inventoryFolder: string;
  readonly fetch: Fetch;
}

/** The part of the web's `fetch` that is used. */
export type Fetch = (url: string, options: { readonly redirect: "error"; readonly signal: AbortSignal }) => Promise<Response>;

/** One sort of input. Throws ProblemError when there is nothing, or not what it should be. */
export interface InputSource<Asked extends Input = Input> {
  readonly input: Asked["input"];
  /** What stands in hlx.lock for it; undefined when it is read anew each time, as files of the project are. */
  lockedAs(asked: Asked): string | undefined;
  resolve(asked: Asked, looking: LookingUp): Promise<string>;
}
