import { defineConfig } from "vitest/config";

/**
 * Tests that start whole programs or head office's database again and again and wait for them: most of the time that all tests take
 * together. They need nothing from Debian; `npm test` leaves them out to stay below three minutes, `npm run test:processes` and
 * `.ci/run` run them.
 */
const programs = [
	"test/access/no-secrets.test.ts",
	"test/access/sealed-backup.test.ts",
	"test/broker/crash/cold-chain.test.ts",
	"test/broker/crash/exactly-once.test.ts",
	"test/cli.test.ts",
	"test/demo/demo.test.ts",
	"test/demo/hints.test.ts",
	"test/demo/opendisplay.test.ts",
	"test/desk/run.test.ts",
	"test/epos/epos.test.ts",
	"test/epos/raw.test.ts",
	"test/enrolment/enrolment.test.ts",
	"test/enrolment/own-certificate.test.ts",
	"test/enrolment/root-lost.test.ts",
	"test/examples.test.ts",
	"test/faults/box-disk-full.test.ts",
	"test/faults/restored-by-root.test.ts",
	"test/floor/home-assistant.test.ts",
	"test/floor/opendisplay.test.ts",
	"test/floor/paper-labels.test.ts",
	"test/floor/receipts.test.ts",
	"test/floor/shelves.test.ts",
	"test/hq/backup.test.ts",
	"test/hq/nightly-backup.test.ts",
	"test/hq/readiness.test.ts",
	"test/ops/doctor.test.ts",
	"test/ops/drill.test.ts",
	"test/ops/line-reasons.test.ts",
	"test/ops/monitoring.test.ts",
	"test/ops/setup.test.ts",
	"test/ops/starts.test.ts",
	"test/orders/orders-killed.test.ts",
	"test/replica/copy.test.ts",
	"test/replica/takeover.test.ts",
	"test/tills/killed/fiscal-killed.test.ts",
	"test/tills/killed/mqtt-killed.test.ts",
	"test/tills/over-mqtt.test.ts",
];
const databases = [
	...[
		"book",
		"catalog/barcodes",
		"catalog/catch-up",
		"door",
		"catalog/held",
		"catalog/large-push",
		"catalog/held-in-stores",
		"http",
		"people/approvers",
		"people/behind-proxy",
		"people/key-folder",
		"people/root-lost",
		"database/killed",
		"people/oidc",
		"people/passkeys",
		"people/people",
		"catalog/groups",
		"catalog/price-rises",
		"catalog/push-life",
		"catalog/waves",
		"catalog/kept",
		"catalog/mappings-door",
		"catalog/waves-door",
	],
	...[
		"catalog/price-conditions",
		"reroute",
		"database/sealed-runs",
		"database/segments",
		"database/shards",
		"stock-door",
		"store-list",
		"catalog/true-matrix",
		"transfers-announced",
	],
].map((name) => `test/hq/${name}.test.ts`);
const bothEnds = [
	...[
		"box-swap",
		"damaged-mark",
		"enrolled-late",
		"equal-catalogs",
		"equal-stock",
		"hq-restored",
		"members-both-ends",
		"points-both-ends",
		"orders-both-ends",
		"returns-both-ends",
	],
	...["real-pasts", "transfers-both-ends"],
	...["sealed-restore", "snapshot", "store-rails", "whose-word"],
	...["withheld", "key-not-yet", "approver"],
].map((name) => `test/link/both-ends/${name}.test.ts`);

export const processTests = [...programs, ...databases, ...bothEnds, "test/link/in-memory/evil-network.test.ts"];

export default defineConfig({
	test: {
		include: processTests,
		pool: "forks",
		maxWorkers: 3,
		testTimeout: 90_000,
		hookTimeout: 90_000,
	},
});
