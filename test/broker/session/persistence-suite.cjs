// Runs aedes-persistence's published suite against ours: `node --test test/broker/session/persistence-suite.cjs`.
const { test } = require("node:test");
const abstractPersistence = require("aedes-persistence/abstract.js");

abstractPersistence({
	test,
	testAsync: true,
	persistence: async () => {
		const { createPersistence } = await import("../../../src/broker/session/persistence.ts");
		const { createOpWriter } = await import("../../../src/broker/ledger/session-log.ts");
		const { createMemorySessionLog } = await import("../memory-session-log.ts");
		const { defaultLimits } = await import("../../../src/broker/limits.ts");
		const { createDeadlines } = await import("../../../src/broker/deadlines.ts");
		const { createShared } = await import("../../../src/broker/routing/shared.ts");
		const now = () => "2026-03-01T08:00:00.000Z";
		const store = createMemorySessionLog();
		return createPersistence({
			state: store.load(), writer: createOpWriter(store, () => {}), limits: defaultLimits,
			isFromLedger: () => false, fromLedger: () => [], mayReceive: () => true, now, onDropped: () => {}, accountOf: () => undefined, mayRetain: () => true,
			deadlines: createDeadlines(now), shared: createShared(() => true),
		});
	},
});
