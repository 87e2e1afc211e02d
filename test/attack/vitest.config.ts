import { defineConfig } from "vitest/config";

/** Attacks on the real programs, one file after the other: each starts head office and a gateway of its own. */
export default defineConfig({
	test: {
		include: ["test/attack/**/*.test.ts"],
		pool: "forks",
		maxWorkers: 1,
		fileParallelism: false,
		testTimeout: 30_000,
		hookTimeout: 60_000,
	},
});
