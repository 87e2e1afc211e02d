import type { Broker, BrokerOptions } from "../../src/broker/broker.ts";
import { createFakeLedger, type FakeLedger } from "../broker/fake-ledger.ts";
import { withBrokers } from "../broker/with-brokers.ts";
import { until } from "../support/until.ts";
import { type Packet, publishBytes, subscribeBytes, type Wire } from "./wire.ts";

/** Brokers for one test, on a clock that the test moves. */
export function brokersOfTest() {
	const { open, running } = withBrokers();
	return async (ledger: FakeLedger = createFakeLedger(), options: Partial<BrokerOptions> = {}) => {
		const clock = { ms: 1_000_000 };
		const broker = await open(ledger, { steadyMs: () => clock.ms, ...options });
		return {
			broker,
			port: broker.port,
			ledger,
			pass: (seconds: number): void => void (clock.ms += seconds * 1_000),
			async stop() {
				running.splice(running.indexOf(broker), 1);
				await broker.stop();
			},
		};
	};
}

/** Everything it was to be told has been told. */
export async function settled(wire: Wire): Promise<void> {
	const before = wire.of(13).length;
	wire.send([0xc0, 0]);
	await until(() => wire.of(13).length > before, "PINGRESP");
}

export async function subscribed(wire: Wire, topic: string, options = 0, props: readonly number[] = []): Promise<number[]> {
	wire.send(subscribeBytes(1, [[topic, options]], props));
	return (await wire.next(9)).codes;
}

/** At QoS 1; its answer. */
export async function published(
	wire: Wire,
	topic: string,
	payload: string,
	options: Parameters<typeof publishBytes>[2] = {},
): Promise<Packet> {
	wire.send(publishBytes(topic, payload, { qos: 1, ...options }));
	return wire.next(options?.qos === 2 ? 5 : 4);
}

/** The connection ends without a word, and the broker has seen it. */
export async function dropped(broker: Broker, wire: Wire): Promise<void> {
	const before = broker.stats().clients;
	wire.drop();
	await until(() => broker.stats().clients < before, "the broker has seen the end");
}

export const payloads = (wire: Wire): string[] => wire.of(3).map(({ payload }) => payload);
