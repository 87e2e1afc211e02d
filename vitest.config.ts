import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		exclude: [
			"test/engines/**",
			"test/browser/**",
			"test/lab/**",
			"test/attack/**",
			"test/bench/**",
			"test/link/simulation/mutants.test.ts",
		],
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 20_000,
		hookTimeout: 30_000,
	},
});
