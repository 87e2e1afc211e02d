import type { IClientOptions } from "mqtt";
import { describe, expect, it } from "vitest";
import type { Broker } from "../../../src/broker/broker.ts";
import { until } from "../../support/until.ts";
import { connectClient, messagesOf } from "../clients.ts";
import { createFakeLedger } from "../fake-ledger.ts";
import { as, withAccounts } from "./with-accounts.ts";

const { open } = withAccounts({ "shelf-1": "device", "till-1": "till" });
const kept = { qos: 1, retain: true } as const;
const topic = "gondola/1/d/shelf-1/t/note";

/** A listener that may hear everything of the devices, which no account may. */
async function listening(broker: Broker) {
	const client = await connectClient(broker.url);
	const heard = messagesOf(client);
	await client.subscribeAsync("gondola/1/d/#", { qos: 1 });
	return { client, heard };
}
const start = () => open(createFakeLedger(), { anonymousLoopback: true });
const refused = (broker: Broker) => broker.clients().refused.map(({ reason, count, account }) => ({ reason, count, account }));

describe("a device's retained messages", () => {
	it("are its state; others of MQTT 3.1.1 are delivered, acknowledged, not kept, and said so (case B12)", async () => {
		const broker = await start();
		const now = await listening(broker);
		const device = await connectClient(broker.url, as("shelf-1"));
		await device.publishAsync("gondola/1/d/shelf-1/state", "online", kept);
		for (const qos of [0, 1, 2] as const) await device.publishAsync(topic, `q${qos}`, { qos, retain: true });
		await until(() => now.heard.length === 4, "all are delivered");
		expect(now.heard.map(({ text }) => text)).toEqual(["online", "q0", "q1", "q2"]);
		const later = await listening(broker);
		await until(() => later.heard.length === 1, "what was kept");
		await device.publishAsync(topic, "after", { qos: 1 });
		await until(() => later.heard.length === 2, "what comes after it");
		expect(later.heard.map(({ text, retain }) => [text, retain])).toEqual([
			["online", true],
			["after", false],
		]);
		expect(refused(broker)).toEqual([{ reason: "publish-retained", count: 3, account: "shelf-1" }]);
		for (const { client } of [now, later]) await client.endAsync();
		await device.endAsync();
	});

	it("of MQTT 5 elsewhere are refused as a whole: not delivered, not kept, and its sender knows", async () => {
		const broker = await start();
		const now = await listening(broker);
		const device = await connectClient(broker.url, as("shelf-1", { protocolVersion: 5 }));
		for (const qos of [1, 2] as const)
			await expect(device.publishAsync(topic, "x", { qos, retain: true })).rejects.toMatchObject({ code: 0x87 });
		await device.publishAsync("gondola/1/d/shelf-1/state", "online", kept);
		await until(() => now.heard.length === 1, "its state");
		expect(now.heard[0]!.text).toBe("online");
		await now.client.endAsync();
		await device.endAsync();
	});

	it("that an older build kept elsewhere can be taken back by their device", async () => {
		const ledger = createFakeLedger();
		await ledger.store.apply([{ op: "retain", topic, qos: 1, payload: new Uint8Array([1]) }]);
		const broker = await open(ledger);
		for (const protocolVersion of [4, 5] as const) {
			const device = await connectClient(broker.url, as("shelf-1", { protocolVersion }));
			await device.publishAsync(topic, "", kept);
			await device.endAsync();
		}
		expect(ledger.store.state().retained.filter((row) => row.topic === topic)).toEqual([]);
		expect(refused(broker)).toEqual([]);
	});
});

describe("a last will that asks to be kept", () => {
	const will = (on: string): IClientOptions => ({ will: { topic: on, payload: Buffer.from("offline"), ...kept } });

	it("may be the state; elsewhere MQTT 5 is refused by 0x9A, and that of 3.1.1 is said and not kept", async () => {
		const broker = await start();
		const five = { protocolVersion: 5 } as const;
		await (await connectClient(broker.url, as("shelf-1", { ...five, ...will("gondola/1/d/shelf-1/state") }))).endAsync();
		await expect(connectClient(broker.url, as("shelf-1", { ...five, ...will(topic) }))).rejects.toMatchObject({ code: 0x9a });
		const now = await listening(broker);
		const older = await connectClient(broker.url, as("shelf-1", will(topic)));
		older.stream.destroy();
		await until(() => now.heard.some(({ text }) => text === "offline"), "its will");
		const later = await listening(broker);
		await later.client.publishAsync("gondola/1/d/other/x", "end", { qos: 1 });
		await until(() => later.heard.length === 1, "nothing was kept");
		for (const { client } of [now, later]) await client.endAsync();
	});
});

it("a service keeps what it sends on its own topics, and on the contract's only what the contract keeps", async () => {
	const broker = await open(createFakeLedger(), { anonymousLoopback: true });
	const password = await broker.accounts.add({
		name: "bridge",
		kind: "service",
		publish: ["zigbee2mqtt/#", "gondola/1/d/+/#"],
		subscribe: [],
	});
	const bridge = await connectClient(broker.url, { username: "bridge", password });
	for (const on of ["zigbee2mqtt/bridge/devices", "gondola/1/d/a/state", "gondola/1/d/a/t/weight", "gondola/1/d/a/e/scan"])
		await bridge.publishAsync(on, on.endsWith("state") ? "online" : on.endsWith("scan") ? '{"code":"1"}' : "1", kept);
	const later = await connectClient(broker.url);
	const heard = messagesOf(later);
	await later.subscribeAsync("#", { qos: 1 });
	await later.publishAsync("gondola/1/d/other/x", "end", { qos: 1 });
	await until(() => heard.some(({ text }) => text === "end"), "the end");
	expect(heard.filter(({ retain }) => retain).map((one) => one.topic)).toEqual(["zigbee2mqtt/bridge/devices", "gondola/1/d/a/state"]);
	for (const client of [bridge, later]) await client.endAsync();
});
