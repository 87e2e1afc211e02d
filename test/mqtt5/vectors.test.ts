import { describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/broker/broker.ts";
import { mappingRule } from "../../src/broker/routing/mapping.ts";
import { as, withAccounts } from "../broker/access/with-accounts.ts";
import { createFakeLedger } from "../broker/fake-ledger.ts";
import { until } from "../support/until.ts";
import vectorFile from "./vectors.json" with { type: "json" };
import { connectBytes, expiry, names, openWire, type Packet, session, subscribeBytes, u32, type Wire } from "./wire.ts";

interface Step {
	by?: string;
	send?: string;
	drop?: boolean;
	wait_s?: number;
	repeat?: string;
}
interface Expectation {
	to?: string | string[];
	packet?: string;
	reason?: string | { any_of: string[] };
	reasons?: string[];
	any_of?: Expectation[];
	then?: string;
	nothing?: boolean;
	never?: string;
	property?: string;
	value?: string;
	between?: [number, number];
	userProperties?: [string, string][];
	hex?: string;
	[field: string]: unknown;
}
interface Vector {
	id: string;
	area: string;
	clauses: string[];
	steps: Step[];
	expect: Expectation[];
}

const vectors = (vectorFile as unknown as { vectors: Vector[] }).vectors;

/**
 * m5-connect-03 asks that a CONNECT of level 6 gets MQTT 5's CONNACK or nothing. Case B15 says CONNACK 1 of MQTT 3.1.1 for every level that
 * is not served, so that old clients can say why they were refused; that holds.
 */
const contradicted = new Set(["m5-connect-03"]);
/** Wants an account that may not publish: see below. */
const withAccount = new Set(["m5-publish-18"]);

const identifiers: Record<string, number> = { ContentType: 0x03, MessageExpiryInterval: 0x02, AssignedClientIdentifier: 0x12 };

/** Whether a packet is the one that is expected; the packet's own fields carry the same names. */
function fits(expected: Expectation, packet: Packet): boolean {
	const reasons = typeof expected.reason === "string" ? [expected.reason] : expected.reason?.any_of;
	if (names[packet.type] !== expected.packet) return false;
	if (reasons && !reasons.map(Number).includes(packet.codes[0]!)) return false;
	if (expected.reasons && expected.reasons.map(Number).join() !== packet.codes.join()) return false;
	for (const field of ["sessionPresent", "id", "topic", "payload", "qos", "retain"] as const)
		if (expected[field] !== undefined && expected[field] !== packet[field]) return false;
	if (expected.hex && packet.bytes.toString("hex") !== expected.hex && names[packet.type] === "PUBLISH") return false;
	const pairs = packet.properties.filter(([id]) => id === 0x26).map(([, value]) => value);
	if (expected.userProperties && JSON.stringify(pairs) !== JSON.stringify(expected.userProperties)) return false;
	if (expected["subscriptionIdentifiers_as_a_set"]) {
		const found = packet.properties.filter(([id]) => id === 0x0b).map(([, value]) => value);
		if (JSON.stringify(found.sort()) !== JSON.stringify(expected["subscriptionIdentifiers_as_a_set"])) return false;
	}
	if (!expected.property) return true;
	const value = packet.properties.find(([id]) => id === identifiers[expected.property!])?.[1];
	if (expected.between) return typeof value === "number" && value >= expected.between[0] && value <= expected.between[1];
	return expected.value?.startsWith("non-empty") ? typeof value === "string" && value !== "" : value === expected.value;
}

async function play(broker: Broker, vector: Vector, clock: { ms: number }): Promise<Map<string, Wire[]>> {
	const wires = new Map<string, Wire[]>();
	const canary = await session(broker.port, "canary-hears");
	canary.wire.send(subscribeBytes(1, [["canary", 1]]));
	await canary.wire.next(9);
	for (const { by = "", send, drop, wait_s, repeat } of vector.steps) {
		if (wait_s !== undefined) {
			clock.ms += wait_s * 1_000;
			continue;
		}
		const mine = wires.get(by) ?? [];
		wires.set(by, mine);
		let wire = mine.at(-1);
		if (drop) {
			const isThere = (): boolean => broker.stats().clients > before;
			const before = broker.stats().clients - 1;
			wire!.drop();
			await until(() => !isThere(), "the broker has seen the connection end");
			continue;
		}
		const bytes = Buffer.from(send ?? "", "hex");
		if (!wire || (wire.isClosed() && bytes[0] === 0x10) || wire.socket.destroyed) {
			mine.push((wire = await openWire(broker.port, bytes.includes(Buffer.from("4d51545404", "hex")))));
		}
		const before = wire.got.length;
		if (repeat) {
			for (let id = 1; id <= 257; id++) wire.send([0x34, 7, 0, 1, 0x74, id >> 8, id & 255, 0, 0x78]);
			await until(wire.isClosed, "closed");
			continue;
		}
		wire.send(bytes);
		const kind = bytes[0]! >> 4;
		// What gets no answer of its own is followed by a ping, so that the next step comes after its effect.
		if ((kind === 3 && !(bytes[0]! & 6)) || kind === 4) wire.send([0xc0, 0]);
		await until(() => wire!.got.length > before || wire!.isClosed(), `an answer to ${send}`);
	}
	// A will that waits a second is said by the same look that says any other that is due.
	const dies = await session(broker.port, "canary", {
		props: expiry(99),
		will: { topic: "canary", payload: "dead", qos: 1, props: [0x18, ...u32(1)] },
	});
	const there = broker.stats().clients;
	dies.wire.drop();
	await until(() => broker.stats().clients < there, "the canary is dead");
	clock.ms += 7_000;
	await canary.wire.next(3);
	for (const [wire] of [...wires.values()].map((all) => all.slice(-1))) {
		if (wire!.isClosed() || wire!.got.every(({ type }) => type !== 2)) continue;
		const before = wire!.of(13).length;
		wire!.send([0xc0, 0]);
		await until(() => wire!.isClosed() || wire!.of(13).length > before, "a last ping");
	}
	return wires;
}

async function check(wires: Map<string, Wire[]>, expected: Expectation): Promise<void> {
	const name = (Array.isArray(expected.to) ? expected.to[0] : expected.to) ?? "A";
	const all = wires.get(name)!;
	const wire = all.at(-1)!;
	const got = all.flatMap((one) => one.got);
	const alternatives = expected.any_of ?? [expected];
	const shown = got.map((packet) => packet.bytes.toString("hex")).join(" ");
	if (expected.nothing) expect(got.filter(({ type }) => type === 3)).toEqual([]);
	else if (alternatives.some((one) => one.packet)) {
		const isMet = (): boolean =>
			alternatives.some((one) => (one.nothing ? got.length === 0 : got.concat(wire.got).some((packet) => fits(one, packet))));
		await until(isMet, `${JSON.stringify(expected)} in ${shown}`);
	}
	if (expected.then === "closed") await until(() => all.some((one) => one.isClosed()), "closed");
	if (expected.never === "closed") expect(wire.isClosed()).toBe(false);
	if (/^PUBLISH/.test(expected.never ?? "")) expect(got.filter(({ type }) => type === 3)).toEqual([]);
	if (/AUTH/.test(expected.never ?? "")) expect(got.filter(({ type }) => type === 15)).toEqual([]);
	if (expected.never?.startsWith("payload short")) expect(got.filter(({ payload }) => payload === "short")).toEqual([]);
	if (expected.never?.startsWith("the large one")) expect(got.filter(({ payload }) => payload.length > 10)).toEqual([]);
	const publishes = got.filter(({ type }) => type === 3);
	expect(publishes.flatMap(({ properties }) => properties.filter(([id]) => id === 0x18 || id === 0x23))).toEqual([]);
	if (expected["exactly"] !== undefined) {
		const topics = [...wires.get("A")!, ...wires.get("B")!].flatMap((one) => one.of(3)).map(({ topic }) => topic);
		expect(topics.sort()).toEqual(expected["each_of"]);
	}
	if (expected["topics"]) expect(publishes.filter(({ qos }) => qos > 0).map(({ topic }) => topic)).toEqual(expected["topics"]);
}

async function withBroker(run: (broker: Broker, clock: { ms: number }) => Promise<void>): Promise<void> {
	const clock = { ms: 1_000_000 };
	const anyTopic = mappingRule.parse({ topic: "#", device: "any", path: "nothing", as: "state" });
	const ledger = createFakeLedger();
	const options = { host: "127.0.0.1", port: 0, anonymousLoopback: true, onWeight: () => {}, mapping: [anyTopic] };
	const broker = await startBroker({ ledger: ledger.door, steadyMs: () => clock.ms, ...options });
	try {
		await run(broker, clock);
	} finally {
		await broker.stop();
	}
}

describe("the vectors of MQTT 5 (case B9)", () => {
	const played = vectors.filter(({ id }) => !contradicted.has(id) && !withAccount.has(id));
	it.each(played.map((vector) => [`${vector.id} ${vector.clauses.map((clause) => `MQTT-${clause}`).join(" ")}`, vector] as const))(
		"%s",
		(_, vector) =>
			withBroker(async (broker, clock) => {
				const wires = await play(broker, vector, clock);
				for (const expected of vector.expect) await check(wires, expected);
				for (const wire of [...wires.values()].flat()) wire.drop();
			}),
	);

	it("are all played but the one that case B15 contradicts", () => {
		expect(vectors.map(({ id }) => id).filter((id) => !played.some((one) => one.id === id))).toEqual(["m5-connect-03", "m5-publish-18"]);
	});
});

describe("an account of MQTT 5", () => {
	const { open } = withAccounts({ "device-a": "device" });

	it("m5-publish-18 MQTT-3.4.2-1 MQTT-4.4.0-2 is told that it may not publish, and stays", async () => {
		const broker = await open(createFakeLedger());
		const { username, password } = as("device-a");
		const wire = await openWire(broker.port);
		wire.send(connectBytes("v5-a", { user: [username, password] }));
		expect((await wire.next(2)).codes).toEqual([0]);
		wire.send(Buffer.from("3211000b6f746865722f746f70696300040078", "hex"));
		expect(await wire.next(4)).toMatchObject({ id: 4, codes: [0x87] });
		expect(broker.stats().refused["publish-not-allowed"]).toBe(1);
		expect(wire.isClosed()).toBe(false);
		wire.drop();
	});
});
