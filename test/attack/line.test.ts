/**
 * On the line between stores and head office: a thief who has one box's credentials, and a stranger who has none. What a thief may do is
 * said in SECURITY.md; here is what he may not.
 */
import { gzipSync } from "node:zlib";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeIn, newBox, type Office } from "../support/processes.ts";
import { type GatewayUnderAttack, lineClient, prefixOf, startWorld } from "./world.ts";

let world: Awaited<ReturnType<typeof startWorld>>;
let office: Office;
let gateway: GatewayUnderAttack;
beforeAll(async () => {
	world = await startWorld("0117");
	({ office, gateway } = world);
	const other = await newBox("0118");
	await other.enroll(codeIn(await office.hq("enroll", "0118")));
	other.remove();
});
afterAll(async () => {
	await well();
	await world.end();
});

const well = async (): Promise<void> => {
	expect((await fetch(`${office.url}/healthz`)).status).toBe(200);
	expect((await gateway.status()).store).toBe("0117");
};
const thief = (more: IClientOptions = {}): Promise<MqttClient> => {
	const { url, options } = lineClient(gateway, "0117", more);
	return connectAsync(url, options, false);
};

describe("with no or another's credentials", () => {
	it.each<[string, IClientOptions]>([
		["no name", { username: "", password: "" }],
		["a wrong password", { password: "wrong" }],
		["an empty password", { password: "" }],
		["another store's name", { username: "main.0118" }],
		["a store that does not exist", { username: "main.9999" }],
		["another tenant", { username: "other.0117" }],
		["head office's name", { username: "hq.of.main" }],
		["no tenant", { username: "0117" }],
		["a wildcard", { username: "main.+" }],
		["SQL", { username: "main.0117' OR '1'='1" }],
		["the password's digest", { password: "0".repeat(64) }],
		["a name of a megabyte", { username: "x".repeat(60_000) }],
	])("%s does not open the line", async (_, more) => {
		await expect(thief(more)).rejects.toThrow();
	});

	it("opens with the right ones, also in plain on this very machine (so that the refusals above mean something)", async () => {
		const { ca: _, ...options } = lineClient(gateway, "0117").options;
		const plain = await connectAsync(`mqtt://127.0.0.1:${office.linePort}`, options, false);
		await plain.endAsync();
	});
});

describe("with one box's credentials", () => {
	it.each([
		"gondola-main-0118-1",
		"gondola-main-0118-77",
		"gondola-hq-main-x-00000000",
		"gondola-main-0117-",
		"gondola-main-0117-1-1",
		"gondola-main-0117-x",
		"x",
		"gondola-main-0117-１",
	])("the client id %s is not his: it would throw out whose it is", async (clientId) => {
		await expect(thief({ clientId })).rejects.toThrow();
	});

	const own = prefixOf("0117");
	const other = prefixOf("0118");
	it.each([
		"#",
		"+",
		"+/#",
		"$SYS/#",
		"$share/x/#",
		"gondola/1/main/#",
		"gondola/1/main/+/+/dn/+",
		"gondola/1/main/+/+/up/+",
		`${own}/#`,
		`${own}/up/+`,
		`${own}/+/+`,
		`${other}/dn/+`,
		`${other}/dn/data`,
		`${own}/dn/#`,
	])("he may not listen to %s", async (filter) => {
		const client = await thief();
		const qos = (await client.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }]))[0]!.qos;
		expect(qos).toBe(128);
		await client.endAsync();
	});

	it.each([
		`${own}/dn/hello`,
		`${own}/dn/data`,
		`${own}/dn/cmd`,
		`${other}/up/hello`,
		`${other}/up/data`,
		`${other}/dn/data`,
		`${own}/up/hello/x`,
		`${own}/up/`,
		"gondola/1/main/zz/0117/up/data",
		"$SYS/x",
		"anything",
	])("he may not speak on %s: the connection ends, and nobody hears it", async (topic) => {
		const victim = await thief({ clientId: "gondola-main-0117-78" });
		const heard: string[] = [];
		victim.on("message", (arrived) => void heard.push(arrived));
		await victim.subscribeAsync(`${own}/dn/+`, { qos: 1 });
		const client = await thief();
		client.on("error", () => {});
		const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
		client.publish(topic, "forged", { qos: 1 });
		await closed;
		expect(heard.filter((arrived) => arrived === topic)).toEqual([]);
		await victim.endAsync();
	});

	it.each<[string, Buffer]>([
		["nothing", Buffer.alloc(0)],
		["nonsense", Buffer.from("\x02nonsense")],
		["gzip that is none", Buffer.from("\x01nonsense")],
		["a bomb: a gigabyte of zeros in a megabyte", Buffer.concat([Buffer.of(1), gzipSync(Buffer.alloc(64 * 1024 * 1024))])],
		["JSON that ends in the middle", Buffer.from('\x00{"v":1')],
		["JSON a hundred thousand deep", Buffer.from(`\x00${"[".repeat(90_000)}`)],
		["a prototype", Buffer.from('\x00{"__proto__":{"x":1},"v":1}')],
		["numbers beyond all", Buffer.from('\x00{"v":1,"inc":1e308}')],
	])("what he says up is looked at before it is believed: %s", async (_, payload) => {
		const client = await thief();
		for (const channel of ["hello", "data", "ack", "nak", "req", "cmd", "res"])
			await client.publishAsync(`${own}/up/${channel}`, payload, { qos: 1 });
		await client.endAsync();
		await well();
	});

	it("a store that stays away leaves nothing at the broker: sessions are not kept", async () => {
		await expect(thief({ clean: false })).rejects.toThrow();
	});

	it("a forged welcome by a retained message is refused at the broker", async () => {
		const client = await thief();
		client.on("error", () => {});
		const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
		client.publish(`${own}/up/hello`, "x", { qos: 1, retain: true });
		await closed;
	});
});
