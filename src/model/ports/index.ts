// The registry of ports that kinds may ask for. A new one is a file beside this and a line here.
import type { ShellReader } from "./shell.ts";

export interface Readers {
  readonly shell: ShellReader;
}

export type PortName = keyof Readers;
