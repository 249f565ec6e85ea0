// Following a task to its end: what a silent node means, and how long it may be silent.
import { describe, expect, test } from "vitest";
import { awaitTask } from "../../src/connections/proxmox/task.ts";

describe("a task whose node does not answer", () => {
  const task = { upid: "UPID:pve1:00001234:00ABCDEF:6740A1B2:qmcreate:514:hlx@pve!test:", node: "pve1" };
  const asking = (...answers: readonly object[]) => {
    const left = [...answers];
    return { ask: async () => (left.length > 1 ? left.shift() : left[0]) } as never;
  };
  const awaiting = { deadlineMs: 60_000, silenceMs: 300, monotonicMs: () => performance.now() };
  const gone = { failure: { kind: "unreachable", status: 595, text: "No route to host", fields: {} } };

  test("for a moment goes on", async () => {
    expect(await awaitTask(asking(gone, { lost: "reset" }, { data: { status: "stopped", exitstatus: "OK" } }), task, awaiting)).toEqual({ data: "OK" });
  });
  test("any more is unknown, and so is one that nobody knows", async () => {
    expect(await awaitTask(asking(gone), task, awaiting)).toEqual({ lost: `nobody can say how the task ${task.upid} ended: No route to host` });
    const unknown = { failure: { kind: "parameter", status: 400, text: "no such task", fields: {} } };
    expect(await awaitTask(asking(unknown), task, awaiting)).toMatchObject({ lost: expect.stringContaining("no such task") });
  });
});
