/** The broker under test, in a process of its own with the real ledger; says its port and leaves with its parent. */
import { startBroker } from "../../src/broker/broker.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";

const directory = process.argv[2]!;
const clock = createClock();
const ledger = await openStoreLedger(directory, clock.now);
const unlimited = { connections: 10_000, publishesPerSecond: 1_000_000, publishBurst: 1_000_000, connectBurst: 1_000_000, stuckMs: 60_000 };
const broker = await startBroker({
	ledger,
	host: "127.0.0.1",
	port: 0,
	anonymousLoopback: true,
	onWeight: () => {},
	limits: unlimited,
});
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
	if (message === "stats")
		process.send!({ stats: broker.stats(), events: ledger.read.events.last(), unread: ledger.read.scanBacklog.rows() });
});
process.send!({ port: broker.port });
