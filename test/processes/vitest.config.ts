import { defineConfig } from "vitest/config";

/**
 * Tests that start whole programs again and again and wait for them: most of the time that all tests take together.
 * They need nothing from Debian; `npm test` leaves them out to stay quick, `npm run test:processes` and `.ci/run` run them.
 */
export const processTests = [
	"test/access/sealed-backup.test.ts",
	"test/cli.test.ts",
	"test/demo/demo.test.ts",
	"test/desk/run.test.ts",
	"test/enrolment/enrolment.test.ts",
	"test/examples.test.ts",
	"test/floor/receipts.test.ts",
	"test/hq/readiness.test.ts",
];

export default defineConfig({
	test: {
		include: processTests,
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 90_000,
		hookTimeout: 90_000,
	},
});
