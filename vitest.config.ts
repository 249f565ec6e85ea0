import { defineConfig } from "vitest/config";

const machine = ["connections", "resources", "completion", "recipes", "package"].map((folder) => `test/${folder}/**/*.test.ts`);

// unit: needs nothing but Node. machine: this machine's own sshd, sudo and shells, as root. lab: real systemd hosts in containers (test/lab/README.md).
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/lab/**", ...machine], testTimeout: 20_000 } },
      { extends: true, test: { name: "machine", include: machine, globalSetup: ["test/machine.ts"], testTimeout: 60_000, hookTimeout: 120_000 } },
      {
        extends: true,
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          globalSetup: ["test/lab/setup.ts"],
          testTimeout: 240_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
        },
      },
    ],
    setupFiles: ["test/seed.ts"],
    alias: { hlx: new URL("./src/index.ts", import.meta.url).pathname },
  },
});
