import { defineConfig } from "vitest/config";

/** The long simulation: a thousand seeds, and every planted mistake. `vitest run -c test/link/simulation/vitest.config.ts` */
export default defineConfig({
	test: {
		include: ["test/link/simulation/**/*.test.ts"],
		exclude: ["test/link/simulation/customers/**"],
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 900_000,
		hookTimeout: 60_000,
	},
});
