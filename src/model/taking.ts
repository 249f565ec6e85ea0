// What a planned resource would take of something that others take of, too: a node's memory, a storage's space.

/** All amounts in `unit`. */
export interface Taking {
  /** What is shared; equal for all that take of it. */
  readonly of: string;
  /** For people: "memory of node pve1". */
  readonly what: string;
  readonly unit: "MiB" | "cores";
  readonly has: number;
  /** Who takes: unique among those that take of it. */
  readonly by: string;
  readonly takes: number;
  /** What everybody takes of it now, by the same names; the resource itself may be among them. */
  readonly now: Readonly<Record<string, number>>;
}
