import { afterEach } from "vitest";
import { type Broker, type BrokerOptions, startBroker } from "../../src/broker/broker.ts";
import { createFakeLedger, type FakeLedger } from "./fake-ledger.ts";

/** Brokers that take any client of this machine, and stop after the test. */
export function withBrokers() {
	const running: Broker[] = [];
	afterEach(async () => {
		for (const one of running.splice(0)) await one.stop();
	});
	return {
		/** Brokers that are stopped after the test: a test that stops one itself takes it out. */
		running,
		async open(ledger: FakeLedger = createFakeLedger(), options: Partial<BrokerOptions> = {}): Promise<Broker> {
			const broker = await startBroker({
				...{ ledger: ledger.door, host: "127.0.0.1", port: 0, anonymousLoopback: true, onWeight: () => {} },
				...options,
			});
			running.push(broker);
			return broker;
		},
	};
}
