import { defineConfig } from "vitest/config";
import { processTests } from "./test/processes/vitest.config.ts";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		exclude: [
			"test/engines/**",
			"test/browser/**",
			"test/lab/**",
			"test/package/**",
			"test/attack/**",
			"test/bench/**",
			"test/link/simulation/mutants/mutants.test.ts",
			"test/link/simulation/second-part.test.ts",
			"test/link/simulation/customers/second-part.test.ts",
			"test/link/simulation/customers/third-part.test.ts",
			...processTests,
		],
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 90_000,
		hookTimeout: 90_000,
	},
});
