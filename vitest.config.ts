import { defineConfig } from "vitest/config";

// "unit" needs nothing but Node; "lab" boots real systemd hosts in containers (see test/lab/README.md).
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/lab/**"], testTimeout: 20_000 } },
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
    reporters: process.env["CI"] ? ["default"] : ["default"],
    alias: { hlx: new URL("./src/index.ts", import.meta.url).pathname },
  },
});
