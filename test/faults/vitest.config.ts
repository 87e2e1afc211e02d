import { defineConfig } from "vitest/config";

/** The long faults: minutes, not seconds. `vitest run -c test/faults/vitest.config.ts` */
export default defineConfig({
	test: { include: ["test/faults/**/*.faults.ts"], pool: "forks", maxWorkers: 1, testTimeout: 600_000, hookTimeout: 60_000 },
});
