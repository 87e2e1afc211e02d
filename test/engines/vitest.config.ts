import { defineConfig } from "vitest/config";

/** Somebody else's brokers and database, one file after the other: two cores bear one cluster at a time. */
export default defineConfig({
	test: {
		include: ["test/engines/**/*.test.ts"],
		pool: "forks",
		maxWorkers: 1,
		fileParallelism: false,
		testTimeout: 240_000,
		hookTimeout: 120_000,
	},
});
