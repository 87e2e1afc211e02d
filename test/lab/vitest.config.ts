import { defineConfig } from "vitest/config";

/** Virtual machines without KVM are slow, and two cores bear one at a time. */
export default defineConfig({
	test: {
		include: ["test/lab/**/*.test.ts"],
		pool: "forks",
		maxWorkers: 1,
		fileParallelism: false,
		testTimeout: 400_000,
		hookTimeout: 800_000,
	},
});
