/** Devices, tills and strangers at the store's own broker: each has its topics, and a stranger has none. */
import { connect as connectSocket } from "node:net";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { until } from "../support/until.ts";
import { accountPassword, deskToken, type GatewayUnderAttack, raw, startGateway } from "./world.ts";

let gateway: GatewayUnderAttack;
beforeAll(async () => {
	gateway = await startGateway("0117");
});
afterAll(async () => {
	expect((await gateway.status()).store).toBe("0117");
	await gateway.end();
});

/** MQTT 3.1.1 or 5: both come to the same door. */
let level: 4 | 5 = 4;
const come = (options: IClientOptions): Promise<MqttClient> =>
	connectAsync(
		gateway.broker.url,
		{
			...{ protocolVersion: level, reconnectPeriod: 0, resubscribe: false, connectTimeout: 30_000 },
			...(level === 5 && options.clean === false && { properties: { sessionExpiryInterval: 600 } }),
			...options,
		},
		false,
	);
const as = (name: string, more: IClientOptions = {}): Promise<MqttClient> =>
	come({ username: name, password: accountPassword(name), clientId: `${name}-${Math.random().toString(36).slice(2, 8)}`, ...more });
const granted = async (client: MqttClient, filter: string): Promise<number> =>
	(await client.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }]))[0]!.qos;

describe.each([4, 5] as const)("by MQTT level %i", (spoken) => {
	beforeAll(() => void (level = spoken));
	afterAll(() => void (level = 4));

	describe("at the door", () => {
		it.each<[string, IClientOptions]>([
			["nobody", {}],
			["a device with a wrong password", { username: "esl-1", password: "wrong" }],
			["a device with an empty password", { username: "esl-1", password: "" }],
			["a device with another's password", { username: "esl-1", password: accountPassword("esl-2") }],
			["a name with a wildcard", { username: "+", password: accountPassword("esl-1") }],
			["a name in capitals", { username: "ESL-1", password: accountPassword("esl-1") }],
			["a name with a zero byte", { username: "esl-1\u0000", password: accountPassword("esl-1") }],
			["somebody unknown", { username: "gateway", password: "gateway" }],
			["somebody with the password's hash for a password", { username: "esl-1", password: "scrypt$4096$8$1$" }],
			["an account name of the prototype", { username: "__proto__", password: "x" }],
		])("%s is turned away", async (_, options) => {
			await expect(come({ clientId: "stranger", ...options })).rejects.toThrow();
		});

		it("what a device asks to keep outside its state is not there for who comes later", async () => {
			const device = await as("esl-1");
			const topic = "gondola/1/d/esl-1/t/note";
			for (let n = 0; n < 20; n += 1) {
				const sent = device.publishAsync(`${topic}${n}`, "x".repeat(10_000), { qos: 1, retain: true });
				// A client of MQTT 5 is told; one of 3.1.1 cannot be, and its message went to who listened then.
				await (spoken === 5 ? expect(sent).rejects.toThrow() : sent);
			}
			await device.endAsync();
			const answer = await fetch(`${gateway.desk.url}/metrics`, { headers: { authorization: `Bearer ${deskToken}` } });
			const metrics = await answer.text();
			expect(metrics).toMatch(/^gondola_broker_refused_total\{reason="publish-retained"\} \d\d/m);
			expect(metrics).toMatch(/^gondola_broker_retained [0-5]$/m);
		});

		it("a device cannot take over a session of the till by its client id", async () => {
			const till = await as("till-1", { clientId: "the-till", clean: false });
			await expect(as("esl-1", { clientId: "the-till" })).rejects.toThrow(/identifier/i);
			expect(till.connected).toBe(true);
			await till.endAsync();
		});

		it.each([true, false])("a device cannot take over the session of a till that is away, clean: %s (case B2)", async (clean) => {
			const clientId = `away-${clean}`;
			const till = await as("till-1", { clientId, clean: false });
			await till.subscribeAsync("gondola/1/till/till-1/sale/ack", { qos: 1 });
			await till.publishAsync("gondola/1/till/till-1/sale", JSON.stringify({ id: clientId, at: new Date().toISOString(), lines: "none" }), {
				qos: 1,
			});
			await till.endAsync();
			await expect(as("esl-1", { clientId, clean })).rejects.toThrow(/identifier/i);
			await expect(as("till-2", { clientId, clean })).rejects.toThrow(/identifier/i);
			await (await as("till-1", { clientId, clean: false })).endAsync();
		});

		it.each<[string, string]>([
			["another's topic", "gondola/1/d/esl-2/state"],
			["the store's prices", "gondola/1/store/price/1001"],
			["a wildcard", "gondola/1/d/+/state"],
			["the broker's own", "$SYS/broker/version"],
		])("a will on %s is refused at CONNECT", async (_, topic) => {
			await expect(as("esl-1", { will: { topic, payload: Buffer.from("x"), qos: 1, retain: true } })).rejects.toThrow();
		});
	});

	describe("hearing", () => {
		const forbidden = {
			"esl-1": [
				"#",
				"+/#",
				"gondola/#",
				"gondola/1/d/#",
				"gondola/1/d/+/cmd/+",
				"gondola/1/d/esl-2/cmd/+",
				"gondola/1/d/esl-2/#",
				"gondola/1/till/+/sale/ack",
				"gondola/1/till/+/basket/+/ack",
				"gondola/1/till/till-1/basket/+",
				"gondola/1/till/till-1/rsp/+",
				"$SYS/#",
				"+/+/+/+/+/+",
				"$share/g/#",
				"$share/g/gondola/1/d/esl-2/#",
				"$share/#",
			],
			"till-1": [
				"#",
				"gondola/1/d/#",
				"gondola/1/till/till-2/sale/ack",
				"gondola/1/till/+/sale/ack",
				"gondola/1/till/till-2/basket/+/ack",
				"gondola/1/till/+/basket/+/ack",
				"gondola/1/till/till-1/basket/+",
				"gondola/1/till/till-1/basket/#",
				"gondola/1/till/till-2/rsp/+",
				"gondola/1/till/+/rsp/+",
				"$share/g/gondola/1/till/+/basket/+/ack",
				"gondola/1/till/+/#",
				"gondola/1/d/esl-1/cmd/+",
			],
			board: [
				"#",
				"gondola/1/#",
				"gondola/1/d/+/e/scan",
				"gondola/1/till/+/sale",
				"gondola/1/till/till-1/sale/ack",
				"gondola/1/till/till-1/rsp/+",
			],
		};
		it.each(Object.entries(forbidden).flatMap(([name, filters]) => filters.map((filter) => [name, filter] as const)))(
			"%s may not listen to %s",
			async (name, filter) => {
				const client = await as(name);
				expect(await granted(client, filter)).toBe(128);
				await client.endAsync();
			},
		);

		it.each([
			["esl-1", "gondola/1/d/esl-1/cmd/+"],
			["till-1", "gondola/1/till/till-1/sale/ack"],
			["till-1", "gondola/1/till/till-1/basket/+/ack"],
			["till-1", "gondola/1/till/till-1/rsp/+"],
			["board", "gondola/1/store/#"],
		])("%s listens to its own, %s (so that the refusals above mean something)", async (name, filter) => {
			const client = await as(name);
			expect(await granted(client, filter)).toBeLessThan(3);
			await client.endAsync();
		});
	});

	describe("speaking", () => {
		it.each([
			["esl-1", "gondola/1/d/esl-2/e/scan"],
			["esl-1", "gondola/1/d/esl-1/cmd/reboot"],
			["esl-1", "gondola/1/store/price/1001"],
			["esl-1", "gondola/1/store/event"],
			["esl-1", "gondola/1/till/till-1/sale"],
			["esl-1", "gondola/1/till/till-1/sale/ack"],
			["till-1", "gondola/1/till/till-2/sale"],
			["till-1", "gondola/1/till/till-1/sale/ack"],
			["esl-1", "gondola/1/till/till-1/basket/open"],
			["esl-1", "gondola/1/till/till-1/basket/settle/ack"],
			["till-1", "gondola/1/till/till-2/basket/settle"],
			["till-1", "gondola/1/till/TILL-1/basket/settle"],
			["till-1", "gondola/1/till/till-1/basket/settle/ack"],
			["till-1", "gondola/1/till/till-1/rsp/x"],
			["till-1", "gondola/1/till/till-1/basket"],
			["board", "gondola/1/till/board/basket/open"],
			["till-1", "gondola/1/d/esl-1/e/scan"],
			["till-1", "gondola/1/store/stock/1001"],
			["board", "gondola/1/store/price/1001"],
			["board", "gondola/1/till/board/sale"],
			["esl-1", "$SYS/broker/x"],
			["esl-1", "gondola/1/d/ESL-2/e/scan"],
			["esl-1", "gondola/1/d/esl-1/../esl-2/e/scan"],
			["esl-1", "/gondola/1/d/esl-2/e/scan"],
		])("%s may not say %s, and nobody hears it", async (name, topic) => {
			const board = await as("board");
			const heard: string[] = [];
			board.on("message", (arrived) => void heard.push(arrived));
			await board.subscribeAsync("gondola/1/store/#", { qos: 1 });
			const before = await events();
			const client = await as(name);
			client.on("error", () => {});
			const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
			await Promise.race([
				client
					.publishAsync(topic, JSON.stringify({ id: "x", code: "4006381333931", amountMinor: 1 }), { qos: 1, retain: true })
					.catch(() => {}),
				closed,
			]);
			client.end(true);
			expect(heard).not.toContain(topic);
			expect((await events()).filter((type) => /scanned|sale|stock/.test(type))).toEqual(
				before.filter((type) => /scanned|sale|stock/.test(type)),
			);
			await board.endAsync();
		});

		const events = async (): Promise<string[]> => {
			const answer = await fetch(`${gateway.desk.url}/api/v1/events?after=0`, { headers: { authorization: `Bearer ${deskToken}` } });
			return ((await answer.json()) as { items: { type: string }[] }).items.map(({ type }) => type);
		};
	});
});

describe("broken packets", () => {
	const connectPacket = Buffer.from("101000044d51545404020000000474657374", "hex");
	it.each<[string, Buffer]>([
		["a length that never ends", Buffer.from("10ffffffffff", "hex")],
		["a length of 256 megabytes", Buffer.from("10ffffff7f", "hex")],
		["a PUBLISH before CONNECT", Buffer.from("300300016178", "hex")],
		["a protocol nobody knows", Buffer.from("100d00034142430402000000017a", "hex")],
		["a CONNECT with its reserved bit", Buffer.from("110e00044d515454040200000002787a", "hex")],
		["two CONNECTs", Buffer.concat([connectPacket, connectPacket])],
		["HTTP", Buffer.from("GET / HTTP/1.1\r\nhost: a\r\n\r\n")],
		["zeros", Buffer.alloc(65_536)],
		["text that is no UTF-8", Buffer.from("100e00044d5154540402000000 02c328".replaceAll(" ", ""), "hex")],
	])("%s end the connection and nothing else", async (_, bytes) => {
		const socket = connectSocket(gateway.broker.port, "127.0.0.1");
		socket.on("error", () => {});
		const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
		socket.resume();
		socket.write(bytes);
		await closed;
		await (await as("esl-1")).endAsync();
	});

	it("a message above the limit ends its sender's connection only", async () => {
		const other = await as("esl-2");
		const client = await as("esl-1");
		client.on("error", () => {});
		const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
		client.publish("gondola/1/d/esl-1/e/log", Buffer.alloc(400_000), { qos: 1 });
		await closed;
		expect(other.connected).toBe(true);
		await other.endAsync();
	});

	it("connections that say nothing do not keep devices out", async () => {
		const silent = Array.from({ length: 200 }, () => connectSocket(gateway.broker.port, "127.0.0.1").on("error", () => {}));
		await until(() => silent.every((socket) => !socket.connecting), "all are connected");
		await (await as("esl-1")).endAsync();
		for (const socket of silent) socket.destroy();
	});
});

describe("MQTT over WebSocket", () => {
	const open = (headers: Record<string, string>, protocols: string[] = ["mqtt"], path = "/mqtt"): Promise<string> =>
		new Promise((resolve) => {
			const socket = new WebSocket(`ws://127.0.0.1:${gateway.broker.wsPort}${path}`, protocols, { headers });
			socket.on("open", () => {
				resolve("open");
				socket.terminate();
			});
			socket.on("error", (error) => resolve(error.message));
		});

	it("opens for a program that is no web page", async () => {
		expect(await open({})).toBe("open");
	});

	it.each(["https://evil.example", "http://127.0.0.1:1", "null", "http://127.0.0.1.evil.example", "file://"])(
		"does not open for a page of %s",
		async (origin) => {
			expect(await open({ origin })).toMatch(/401|403/);
		},
	);

	it("does not open at another path, and answers plain HTTP with nothing of the store", async () => {
		expect(await open({}, ["mqtt"], "/")).toMatch(/400/);
		const answer = await raw(gateway.broker.wsPort, `GET /mqtt HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
		expect(answer.status).toBe(426);
	});
});
