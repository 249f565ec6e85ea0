// What a scaffold is: files that it writes, lines that it adds to registries, and what to do next.

export interface Line {
  readonly file: string;
  /** Text of the file that the addition is put behind; it must stand there once. */
  readonly after: string;
  readonly add: string;
}

export interface Scaffold {
  /** Content by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly lines: readonly Line[];
  /** Which project of vitest runs its test. */
  readonly project: "unit" | "machine";
  readonly test: string;
  readonly next: string;
}

/** `my-thing` is `myThing`, as an identifier. */
export function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `my-thing` is `MyThing`, as a type. */
export function pascal(name: string): string {
  return camel(`-${name}`);
}
