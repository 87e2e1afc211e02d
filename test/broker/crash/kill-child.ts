/**
 * A broker with the real ledger and its worker, until it is killed. With `acksFirst` it promises what it has not written. With
 * `killAt` it kills itself before or after the commit of the first change of that kind.
 */
import { startBroker } from "../../../src/broker/broker.ts";
import type { BrokerLedger } from "../../../src/broker/routing/facts.ts";
import type { MappingRule } from "../../../src/broker/routing/mapping.ts";
import { createClock } from "../../../src/daemon/clock.ts";
import { openStoreLedger } from "../../../src/daemon/ledger.ts";

interface Order {
	directory: string;
	acksFirst?: boolean;
	killAt?: { op: string; when: "before" | "after" };
	mapping?: MappingRule[];
}
const { directory, acksFirst, killAt, mapping = [] } = JSON.parse(process.argv[2]!) as Order;
const ledger = await openStoreLedger(directory, createClock().now);
const hasty: BrokerLedger = Object.assign(Object.create(ledger) as BrokerLedger, {
	async do(flow: string, args: object) {
		void ledger.do(flow as never, args as never).catch(() => {});
	},
});
const dying: BrokerLedger = Object.assign(Object.create(ledger) as BrokerLedger, {
	async do(flow: string, args: { ops?: { op: string }[] }) {
		const isTheOne = killAt !== undefined && (args.ops ?? []).some(({ op }) => op === killAt.op);
		if (isTheOne && killAt.when === "before") process.kill(process.pid, "SIGKILL");
		const result = await ledger.do(flow as never, args as never);
		if (isTheOne) process.kill(process.pid, "SIGKILL");
		return result;
	},
});
const limits = { queuedMessages: 1_000_000, queuedBytes: 2 ** 30, publishesPerSecond: 1_000_000, publishBurst: 1_000_000 };
const broker = await startBroker({
	ledger: acksFirst ? hasty : killAt ? dying : ledger,
	host: "127.0.0.1",
	port: 0,
	anonymousLoopback: true,
	onWeight: () => {},
	limits,
	mapping,
});
process.on("disconnect", () => process.exit(0));
process.send!({ port: broker.port });
