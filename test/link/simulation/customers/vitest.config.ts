import { defineConfig } from "vitest/config";

/** A thousand seeds with customers, in three processes. `vitest run -c test/link/simulation/customers/vitest.config.ts` */
export default defineConfig({
	test: {
		include: ["test/link/simulation/customers/*.test.ts"],
		pool: "forks",
		maxWorkers: 3,
		hookTimeout: 60_000,
	},
});
