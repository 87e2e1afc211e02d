import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IClientOptions, MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/broker/broker.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import { connectClient } from "../broker/clients.ts";
import { article, noon, price } from "../support/store.ts";
import { until } from "../support/until.ts";

let directory: string;
let ledger: StoreLedger;
let broker: Broker;
const clients: MqttClient[] = [];

async function open(tills?: { country?: string }): Promise<void> {
	broker = await startBroker({ ledger, host: "127.0.0.1", port: 0, anonymousLoopback: true, onWeight: () => {}, ...(tills && { tills }) });
}
beforeEach(async () => {
	directory = mkdtempSync(join(tmpdir(), "gondola-till-"));
	ledger = await openStoreLedger(directory, createClock().now);
	const down = (stream: "catalog" | "stock", records: object[]) =>
		ledger.do("acceptDown", {
			...{ stream, epoch: "00000000000000e1", from: 1, hash: "f".repeat(32) },
			records: records.map((record) => ({ record })) as never,
		});
	await down("catalog", [
		...[article("100", { name: "Tea", pieceMilligrams: 100_000 }), price("100", 1, 400)],
		...[article("200", { name: "Gin", minimumAge: 18, pieceMilligrams: 1_000_000 }), price("200", 1, 1_500)],
		...[article("300", { name: "Cola", depositMinor: 25 }), price("300", 1, 100)],
		...[article("400", { name: "Juice", depositMinor: 10 }), price("400", 1, 200)],
	]);
	const coupon = { id: "c1", code: "SAVE-1", what: "amount", amountMinor: 50, from: noon, until: "2099-01-01T00:00:00.000Z", total: 9 };
	const lease = { id: "c1-lease", coupon: "c1", quantity: 9, expiresAt: "2098-12-01T00:00:00.000Z", inc: 1 };
	await down("stock", [
		{ type: "coupon", coupon },
		{ type: "coupon-lease", lease },
	]);
	await ledger.do("activateDue", {});
	await open();
});
afterEach(async () => {
	for (const client of clients.splice(0)) client.end(true);
	await broker.stop();
	await ledger.close();
	rmSync(directory, { recursive: true, force: true });
});

type Answer = { id: unknown; done?: Record<string, unknown>; refused?: { code: string; why: string } };
interface Heard {
	topic: string;
	answer: Answer;
	correlation?: string | undefined;
}

/** A till: what it asks, and what it hears, in its order. */
async function till(name: string, options: IClientOptions = {}) {
	const client = await connectClient(broker.url, { clientId: name, ...options });
	clients.push(client);
	const heard: Heard[] = [];
	client.on("message", (topic, payload, { properties }) =>
		heard.push({ topic, answer: JSON.parse(payload.toString()) as Answer, correlation: properties?.correlationData?.toString() }),
	);
	await client.subscribeAsync([`gondola/1/till/${name}/basket/+/ack`, `gondola/1/till/${name}/rsp/+`], { qos: 1 });
	let n = 0;
	const ask = async (act: string, asked: object | string, properties?: object): Promise<Heard> => {
		const before = heard.length;
		const body = typeof asked === "string" ? asked : JSON.stringify({ id: `ask-${(n += 1)}`, basket: "b1", ...asked });
		await client.publishAsync(`gondola/1/till/${name}/basket/${act}`, body, { qos: 1, ...(properties && { properties }) });
		await until(() => heard.length > before, "the answer");
		return heard[before]!;
	};
	const does = async (act: string, asked: object = {}) => {
		const { answer } = await ask(act, asked);
		if (!answer.done) throw new Error(JSON.stringify(answer));
		return answer.done;
	};
	const refusal = async (act: string, asked: object | string = {}) => (await ask(act, asked)).answer.refused?.code;
	return { client, heard, ask, does, refusal };
}

const sales = () => ledger.read.events.after(0, 1_000).filter(({ type }) => type === "sale.recorded");

describe.each([4, 5] as const)("a basket over MQTT (level %i)", (protocolVersion) => {
	it("is filled, confirmed, weighed and paid with the answers of HTTP, and by its till only", async () => {
		const one = await till("till-1", { protocolVersion });
		expect(await one.does("open", { plate: true })).toMatchObject({ id: "b1", till: "till-1", state: "open" });
		expect(await one.does("add", { code: "100", quantity: 2 })).toMatchObject({ totalMinor: 800, sku: "100", quantity: 2, line: 1 });
		expect(await one.does("add", { code: "200" })).toMatchObject({ stop: "age", minimumAge: 18 });
		expect(await one.does("drop", { line: 1 })).toMatchObject({ totalMinor: 1_500 });
		expect(await one.does("coupon", { code: "SAVE-1" })).toMatchObject({ totalMinor: 1_450 });
		expect(await one.does("drop-coupon", { coupon: "c1" })).toMatchObject({ totalMinor: 1_500 });
		expect(await one.refusal("settle")).toBe("basket-age");
		// A till is a program: somebody's name goes with an age.
		expect(await one.refusal("age")).toBe("person-missing");
		expect(await one.does("age", { person: "Mara" })).toMatchObject({ age: { by: "device:till-1", person: "Mara" } });
		expect(await one.refusal("settle")).toBe("basket-weight");
		expect(await one.does("weight", { milligrams: 900_000 })).toMatchObject({ weight: { doubt: "too-light" } });
		await one.does("accept-weight", { person: "Mara" });

		const two = await till("till-2", { protocolVersion });
		for (const act of ["show", "add", "drop", "coupon", "drop-coupon", "age", "weight", "accept-weight", "settle", "member"]) {
			const more = { add: { code: "100" }, drop: { line: 2 }, coupon: { code: "C" }, "drop-coupon": { coupon: "c" } }[act];
			const asked = { ...more, ...(act === "weight" && { milligrams: 1 }), ...(act === "member" && { code: "GM1.x.y" }) };
			expect([act, await two.refusal(act, asked)]).toEqual([act, "basket-differs"]);
		}
		expect(await two.refusal("open", {})).toBe("basket-differs");

		expect(await one.does("settle", { id: "s1", totalMinor: 1_500 })).toMatchObject({ state: "settled", sale: "s1", duplicate: false });
		expect(await one.does("settle", { id: "s1", totalMinor: 1_500 })).toMatchObject({ sale: "s1", duplicate: true });
		expect(await one.refusal("settle", { id: "s1", totalMinor: 1 })).toBe("sale-differs");
		expect(sales()).toMatchObject([{ sale: "s1", till: "till-1", basket: "b1", actor: { kind: "device", name: "till-1" } }]);
	});

	it("takes each act once under its id, and refuses another one under it", async () => {
		const one = await till("till-1", { protocolVersion });
		await one.does("open");
		for (let time = 0; time < 3; time += 1) {
			expect(await one.does("add", { id: "scan-1", code: "100" })).toMatchObject({ quantity: 1 });
			expect(await one.does("coupon", { id: "cut-1", code: "SAVE-1" })).toMatchObject({ totalMinor: 350 });
		}
		expect(await one.refusal("coupon", { id: "cut-2", code: "SAVE-1" })).toBe("coupon-in-basket");
		expect(await one.refusal("add", { id: "scan-1", code: "200" })).toBe("act-differs");
		expect(await one.refusal("add", { id: "cut-1", code: "100" })).toBe("act-differs");
	});

	it("says beside the line what the whole basket comes to, deposit too", async () => {
		const one = await till("till-1", { protocolVersion });
		await one.does("open");
		await one.does("add", { code: "300", quantity: 2 });
		const added = await one.does("add", { code: "400" });
		expect(added).toMatchObject({ sku: "400", amountMinor: 200, depositMinor: 60, totalMinor: 460 });
	});

	it("answers what it cannot use, changes nothing, and keeps none of it as a sample", async () => {
		const one = await till("till-1", { protocolVersion });
		expect((await one.ask("show", {})).answer.refused).toMatchObject({ code: "basket-unknown" });
		await one.does("open");
		const wrong: [string, object | string, string][] = [
			["add", '{"id":"x1","basket":"b1","code":"100",}', "basket-unreadable"],
			["add", "", "basket-unreadable"],
			["add", "[]", "basket-malformed"],
			["add", "null", "basket-malformed"],
			["add", { code: "" }, "basket-malformed"],
			["add", { code: "100", quantity: -1 }, "basket-malformed"],
			["add", { code: "100", quantity: "2" }, "basket-malformed"],
			["add", { code: "100", price: 1 }, "basket-malformed"],
			["add", { code: "\ud800" }, "basket-malformed"],
			["add", { basket: "no such thing" }, "basket-malformed"],
			["add", { code: "100", id: "with space" }, "basket-malformed"],
			["settle", { totalMinor: 1.5 }, "basket-malformed"],
			["settle", { returns: [{ id: "r", line: "x", condition: "sellable" }] }, "basket-malformed"],
			["constructor", {}, "basket-act-unknown"],
			["Add", { code: "100" }, "basket-act-unknown"],
			["add", { code: "nothing" }, "article-unknown"],
			["add", { code: "4111111111111111" }, "payment-card"],
			["add", { code: "GM1.secret.code" }, "code-not-goods"],
			["settle", {}, "basket-empty"],
		];
		for (const [act, asked, code] of wrong) expect([act, asked, await one.refusal(act, asked)]).toEqual([act, asked, code]);
		expect((await one.ask("add", '{"id":"x1","code":')).answer.id).toBe("x1");
		expect(await one.does("show")).toMatchObject({ lines: [], state: "open" });
		expect(JSON.stringify(broker.stats().deadLetters)).not.toMatch(/secret|4111/);
	});
});

describe("a till of MQTT 5", () => {
	it("hears the answer where it asks for it, with its correlation data, below its own topics only", async () => {
		const one = await till("till-1", { protocolVersion: 5 });
		const opened = await one.ask("open", {}, { responseTopic: "gondola/1/till/till-1/rsp/here", correlationData: Buffer.from("k-1") });
		expect(opened).toMatchObject({ topic: "gondola/1/till/till-1/rsp/here", correlation: "k-1", answer: { done: { id: "b1" } } });
		expect(await one.ask("show", {}, { correlationData: Buffer.from("k-2") })).toMatchObject({
			topic: "gondola/1/till/till-1/basket/show/ack",
			correlation: "k-2",
		});
		for (const responseTopic of [
			"gondola/1/till/till-2/rsp/here",
			"gondola/1/store/price/100",
			"gondola/1/d/scale-1/cmd/reboot",
			"gondola/1/till/till-1/sale",
			"gondola/1/till/till-1/rsp",
			"gondola/1/till/till-1/rsp/",
			"gondola/1/till/till-1/rsp/a/b",
			"$SYS/x",
		]) {
			const refused = await one.ask("add", { code: "100" }, { responseTopic });
			expect(refused).toMatchObject({ answer: { refused: { code: "response-topic-not-allowed" } } });
			expect(refused.topic).toBe("gondola/1/till/till-1/basket/add/ack");
		}
		expect(await one.does("show")).toMatchObject({ lines: [] });
	});

	it("asks the gateway and nobody else: no other client hears a request", async () => {
		const screen = await connectClient(broker.url, { clientId: "screen" });
		clients.push(screen);
		const topics: string[] = [];
		screen.on("message", (topic) => topics.push(topic));
		await screen.subscribeAsync("gondola/#", { qos: 1 });
		const one = await till("till-1", { protocolVersion: 5 });
		await one.does("open");
		await one.refusal("member", { code: "GM1.secret.code" });
		await until(() => topics.includes("gondola/1/till/till-1/basket/member/ack"), "the answers");
		expect(topics.filter((topic) => topic.includes("/basket/") && !topic.endsWith("/ack"))).toEqual([]);
	});
});

describe("a store whose country wants each sale signed", () => {
	it("settles no basket over MQTT either", async () => {
		await broker.stop();
		await open({ country: "HR" });
		const one = await till("till-1");
		await one.does("open");
		await one.does("add", { code: "100" });
		expect(await one.refusal("settle")).toBe("fiscal-missing");
		expect(sales()).toEqual([]);
	});
});
