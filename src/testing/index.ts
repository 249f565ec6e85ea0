// What people may use to test their own roles and kinds: hosts in memory, fakes of a shell, the contract that every kind keeps.
export { type Broken, type ContractCase, type ContractHost, type RecordedCase, replay, runContract } from "./contract.ts";
export { testDigest, testSecret } from "./digest.ts";
export { localShell, recordedShell, runLocally } from "./fake-shell.ts";
export { type MemoryHost, memoryConnection, memoryHost } from "./memory-host.ts";
export { type MemoryState, memoryState } from "./memory-state.ts";
export { type MemoryWorld, memoryWorld, type WorkOptions } from "./memory-world.ts";
export { note, noteKind } from "./note.ts";
export { type CountingProxy, startProxy } from "./proxy.ts";
