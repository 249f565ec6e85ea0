import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const machine = ["connections", "resources", "completion", "recipes", "package"].map((folder) => `test/${folder}/**/*.test.ts`);

// Where nothing is known of earlier runs, vitest begins with the largest files. These are small and take long: begun last, they would run alone at the end.
const long = ["connections/proxmox-kills", "lab/kills", "lab/rehearse", "lab/lab.test", "lab/checks"];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => long.some((name) => moduleId.includes(`/${name}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

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
    sequence: { sequencer: LongFirst },
    setupFiles: ["test/seed.ts"],
    alias: { hlx: new URL("./src/index.ts", import.meta.url).pathname },
  },
});
