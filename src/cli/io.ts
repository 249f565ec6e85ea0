// What a command may touch of the process it runs in; main.ts makes the real one, tests make one in memory.

/** Where text goes: a stream, or a list in a test. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
  /** Its height in lines. */
  readonly rows?: number;
}

/** Where answers come from. */
export interface Source extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

export interface Io {
  readonly out: Sink;
  readonly err: Sink;
  readonly in: Source;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly home: string;
  /** Who runs hlx and where: shown in locks and in the history. */
  readonly user: string;
  readonly hostname: string;
  readonly pid: number;
  /** Who runs hlx as numbers; undefined where there are none (Windows). */
  readonly ids?: { readonly uid: number; readonly gid: number };
  now(): Date;
  /** Milliseconds from a clock that never jumps. */
  monotonicMs(): number;
  /** Random bytes in hexadecimal. */
  randomHex(bytes: number): string;
  /** Aborted at the first SIGINT. */
  readonly stop: AbortSignal;
  /** Shows text in a pager; false when there is none. Undefined where nobody pages. */
  page?(text: string): boolean;
}
