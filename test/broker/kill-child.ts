/** A broker with the real ledger and its worker, until it is killed. With `acksFirst` it promises what it has not written. */
import { startBroker } from "../../src/broker/broker.ts";
import type { BrokerLedger, ScanFact } from "../../src/broker/facts.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";

const { directory, acksFirst } = JSON.parse(process.argv[2]!) as { directory: string; acksFirst: boolean };
const ledger = await openStoreLedger(directory, createClock().now);
const hasty: BrokerLedger = Object.assign(Object.create(ledger) as BrokerLedger, {
	async do(flow: string, args: object) {
		void ledger.do(flow as never, args as never).catch(() => {});
		return "scans" in args ? (args.scans as ScanFact[]).map(() => ({ id: "", seq: 0, duplicate: false })) : undefined;
	},
});
const limits = { queuedMessages: 1_000_000, queuedBytes: 2 ** 30, publishesPerSecond: 1_000_000, publishBurst: 1_000_000 };
const broker = await startBroker({
	ledger: acksFirst ? hasty : ledger, host: "127.0.0.1", port: 0, anonymousLoopback: true, onWeight: () => {}, limits,
});
process.on("disconnect", () => process.exit(0));
process.send!({ port: broker.port });
