/**
 * The broker between stores and head office belongs to somebody else: whoever likes may say and hear everything on it. Neither side believes
 * a word of his; he can keep messages away, and that is all.
 */
import { randomUUID } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LineBroker, startLineBroker } from "../../src/broker/line-broker.ts";
import { pack, packData } from "../../src/link/protocol/envelope.ts";
import type { Data, HelloUp, Welcome } from "../../src/link/protocol/messages.ts";
import { readBox } from "../../src/trust/box.ts";
import { makeKey } from "../../src/trust/keys.ts";
import { sealRecords } from "../../src/trust/seal.ts";
import { signStatement } from "../../src/trust/signing.ts";
import { canonicalText } from "../../src/words/basics/canonical-text.ts";
import { nextHash } from "../../src/words/basics/chain.ts";
import { type BoxFolder, codeIn, newBox, type Office, startOffice } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { deskToken, type GatewayUnderAttack, prefixOf, startGateway } from "./world.ts";

let broker: LineBroker;
let office: Office;
let gateway: GatewayUnderAttack;
/** Enrolled, and in a thief's hands: its key, and its place on the line. */
let stolen: BoxFolder;
let stranger: MqttClient;
const heard: { topic: string; payload: Buffer }[] = [];
const own = prefixOf("0117");

beforeAll(async () => {
	broker = await startLineBroker({ host: "127.0.0.1", port: 0 });
	office = await startOffice("--broker", broker.url);
	stranger = await connectAsync(broker.url, { protocolVersion: 4, clientId: "gondola-hq-main-stranger-1" }, false);
	stranger.on("message", (topic, payload) => void heard.push({ topic, payload }));
	await stranger.subscribeAsync("gondola/1/main/#", { qos: 1 });
	stolen = await newBox("0118");
	const enrolled = await stolen.enroll(codeIn(await office.hq("enroll", "0118")));
	if (!enrolled.out.includes("enrolled") && enrolled.code !== 0) throw new Error(enrolled.err);
	gateway = await startGateway("0117", office);
	await push("monday", "all", 100);
	await until(async () => (await price()) === 100, "the store has Monday's price");
});
afterAll(async () => {
	await stranger?.endAsync();
	await gateway?.end();
	stolen?.remove();
	await office?.end();
	await broker?.stop();
});

const ofStore = async <T>(path: string): Promise<T> =>
	(await (await fetch(gateway.desk.url + path, { headers: { authorization: `Bearer ${deskToken}` } })).json()) as T;
const price = async (sku = "milk"): Promise<number | undefined> =>
	(await ofStore<{ amountMinor?: number }>(`/api/v1/prices/${sku}`)).amountMinor;
async function push(id: string, stores: string[] | "all", amountMinor: number, sku = "milk"): Promise<void> {
	const changes = [{ sku, name: sku, amountMinor, currency: "EUR", kind: "regular" }];
	const body = JSON.stringify({ id, stores, changes });
	const answer = await office.ask("/api/v1/pushes", { method: "POST", headers: { "content-type": "application/json" }, body });
	if (answer.status !== 202) throw new Error(await answer.text());
}
const say = (topic: string, payload: Buffer): Promise<unknown> => stranger.publishAsync(topic, payload, { qos: 1 });
const saidOn = <T>(topic: string): T[] =>
	heard.filter((each) => each.topic === topic).map(({ payload }) => JSON.parse(gunzipSync(payload.subarray(1)).toString()) as T);
const welcome = (): Welcome => saidOn<Welcome>(`${own}/dn/hello`).findLast((each) => each.t0 !== undefined)!;
const hello = (): HelloUp => saidOn<HelloUp>(`${own}/up/hello`).at(-1)!;
const catalog = (): Data => saidOn<Data>(`${own}/dn/data`).findLast(({ stream }) => stream === "catalog")!;
/** Where the store's catalog stands, for whoever listens. */
function end(): { epoch: string; position: number; hash: string; session: string } {
	const { epoch, from, n, prevHash, records, session } = catalog();
	return { epoch, session, position: from + n - 1, hash: records.map(canonicalText).reduce(nextHash, prevHash) };
}
const cent = (version = 900_000) => ({
	type: "price",
	price: { sku: "milk", version, kind: "regular", amountMinor: 1, currency: "EUR", from: "2026-01-01T00:00:00.000Z" },
});
const alarms = async (): Promise<string[]> =>
	(await ofStore<{ items: { code: string }[] }>("/api/v1/alarms")).items.map(({ code }) => code);

/** After this the store has looked at everything that was said before. Answers the article whose price it put in force. */
async function settled(): Promise<string> {
	const id = `settled-${randomUUID()}`;
	await push(id, ["0117"], 500, id);
	await until(async () => (await price(id)) === 500, "what head office says still arrives");
	return id;
}
/** After this the store has said that too, and says nothing more by itself. */
async function saidAll(): Promise<void> {
	const id = await settled();
	await until(async () => JSON.stringify(saidOn<Data>(`${own}/up/data`)).includes(id), "the store says that the price counts");
}

describe("what is said to a store in head office's name", () => {
	const audience = { group: "all", version: 1 } as const;
	const head = { id: "forged", tenant: "main", kind: "push", at: new Date().toISOString() } as const;
	const text = canonicalText(cent());
	const run = (sealed: ReturnType<typeof sealRecords>, from: number) => [
		{ from, n: 1, leaf: 0, proof: sealed.prove(0, 1), seal: sealed.seal },
	];
	it.each<[string, (from: number) => Data["seals"]]>([
		["without a seal", () => undefined],
		["with a seal of the stranger's own", (from) => run(sealRecords({ ...head, audience }, [text], makeKey("line")), from)],
		["with a seal by another store's key", (from) => run(sealRecords({ ...head, audience }, [text], readBox(stolen.data)!.key), from)],
		[
			"with head office's seal of other records",
			(from) =>
				catalog()
					.seals!.slice(0, 1)
					.map((each) => ({ ...each, from, n: 1 })),
		],
		[
			"with head office's seal, changed for these records",
			(from) =>
				catalog()
					.seals!.slice(0, 1)
					.map((each) => ({
						...run(sealRecords({ ...head, audience }, [text], makeKey("line")), from)[0]!,
						seal: { ...(each.seal as object), count: 1, root: sealRecords({ ...head, audience }, [text], makeKey("line")).seal.root },
					})),
		],
	])("a price of 0.01 %s is in force nowhere", async (_, seals) => {
		const { epoch, position, hash, session } = end();
		const made = seals(position + 1);
		const at = { session, stream: "catalog" as const, epoch, from: position + 1, n: 1, prevHash: hash };
		await say(`${own}/dn/data`, packData({ ...at, ...(made && { seals: made }) }, [text])!);
		await settled();
		expect(await price()).toBe(100);
		expect(await alarms()).toContain("hq-forged");
	});

	it("other guard rails, or a release, that nobody sealed count for nothing", async () => {
		const { epoch, position, hash, session } = end();
		const lax = { type: "setting", setting: { name: "guardRails", version: 900_001, value: '{"currencies":[]}' } };
		const release = { type: "price-release", sku: "milk", version: 900_002, releases: 1, by: "user:stranger" };
		const config = saidOn<Data>(`${own}/dn/data`).findLast(({ stream }) => stream === "config")!;
		const after = config.records.map(canonicalText).reduce(nextHash, config.prevHash);
		const rails = { session, stream: "config" as const, epoch: config.epoch, from: config.from + config.n, n: 1, prevHash: after };
		for (const key of [undefined, makeKey("line"), readBox(stolen.data)!.key]) {
			const sealed = (text: string, from: number) => (key ? { seals: run(sealRecords({ ...head, audience }, [text], key), from) } : {});
			const [said, letGo] = [canonicalText(lax), canonicalText(release)];
			await say(`${own}/dn/data`, packData({ ...rails, ...sealed(said, rails.from) }, [said])!);
			const at = { session, stream: "catalog" as const, epoch, from: position + 1, n: 1, prevHash: hash };
			await say(`${own}/dn/data`, packData({ ...at, ...sealed(letGo, at.from) }, [letGo])!);
		}
		await settled();
		const { items } = await ofStore<{ items: { act?: string; subject?: string }[] }>("/api/v1/events?type=audit.recorded&limit=500");
		expect(items.filter(({ act }) => act === "guard-rails-told").every(({ subject }) => subject!.includes("maxCutPercent"))).toBe(true);
		expect(await price()).toBe(100);
	});

	it("old records of head office's own, said again, put no old price in force", async () => {
		const old = heard.filter(({ topic }) => topic === `${own}/dn/data`);
		await push("tuesday", "all", 120);
		await until(async () => (await price()) === 120, "the store has Tuesday's price");
		for (const { topic, payload } of old) await say(topic, payload);
		// And as if they were the next ones, with the seal they had.
		const monday = old.map(({ payload }) => JSON.parse(gunzipSync(payload.subarray(1)).toString()) as Data)[0]!;
		const { epoch, position, hash, session } = end();
		const seals = monday.seals!.map((each) => ({ ...each, from: each.from - monday.from + position + 1 }));
		const { n, records } = monday;
		await say(
			`${own}/dn/data`,
			packData({ session, stream: "catalog", epoch, from: position + 1, n, prevHash: hash, seals }, records.map(canonicalText))!,
		);
		expect(await price()).toBe(120);
		await push("wednesday", "all", 130);
		await until(async () => (await price()) === 130, "and what head office says after them arrives", 60_000);
		await push("back-to-monday", "all", 100);
		await until(async () => (await price()) === 100, "the store has its price again");
	});

	it.each<[string, (of: Welcome) => object]>([
		["that fences it", (of) => ({ ...of, fenced: true })],
		["that does not know it", (of) => ({ ...of, unknown: true })],
		["that gives it another place", (of) => ({ ...of, inc: 5_000 })],
		["that begins its catalog anew", (of) => ({ ...of, dn: { catalog: { epoch: "f".repeat(16), last: 9 } } })],
		["with the stranger's key list", (of) => ({ ...of, keys: { list: { version: 9 }, successors: [] } })],
	])("a welcome %s changes nothing", async (_, change) => {
		const { kid: __, sig: ___, ...of } = welcome();
		const changed = { ...change(of as Welcome), t0: of.t0 + 0.001 };
		for (const forged of [
			changed,
			{ ...changed, kid: welcome().kid, sig: welcome().sig },
			signStatement("gondola/welcome/1", { tenant: "main", store: "0117" }, changed, makeKey("line")),
			signStatement("gondola/welcome/1", { tenant: "main", store: "0117" }, changed, readBox(stolen.data)!.key),
		])
			await say(`${own}/dn/hello`, pack(forged as Welcome));
		await settled();
		const { hq } = await ofStore<{ hq: { connected: boolean } }>("/api/v1/status");
		expect(hq.connected).toBe(true);
	});

	it("no command is done that head office did not give", async () => {
		const command = { id: `forged-${randomUUID()}`, name: "ping", args: {}, ttlMs: 60_000, at: new Date().toISOString() };
		await say(`${own}/dn/cmd`, pack(command));
		await say(`${own}/dn/cmd`, pack(signStatement("gondola/command/1", { tenant: "main", store: "0117" }, command, makeKey("line"))));
		await settled();
		expect(saidOn<{ id: string }>(`${own}/up/res`).filter(({ id }) => id === command.id)).toEqual([]);
	});
});

describe("what is said to head office in a store's name", () => {
	it.each<[string, "none" | "stolen" | "made"]>([
		["unsigned", "none"],
		["signed by another store's key", "stolen"],
		["signed by a key made for it", "made"],
	])("facts %s are not taken", async (_, how) => {
		// The store may say a fact of its own meanwhile; then the forged one has a number that is taken, and proves nothing.
		for (let round = 0; round < 3; round += 1) {
			await saidAll();
			const { session, inc } = hello();
			const facts = saidOn<Data>(`${own}/up/data`).findLast(({ stream }) => stream === "facts")!;
			const at = new Date().toISOString();
			const from = facts.from + facts.n;
			// Well made in everything but its signature: a fact in another shape would be put aside whoever signed it.
			const movement = { id: `theft-${how}`, sku: "milk", quantity: -77, reason: "sale", occurredAt: at, origin: "store" };
			const text = canonicalText({ id: `theft-${how}`, seq: from, type: "stock.moved", at, quality: "synced", movement });
			const prevHash = facts.records.map(canonicalText).reduce(nextHash, facts.prevHash);
			const { epoch } = facts;
			const said = { inc, stream: "facts", epoch, from, upTo: from, hash: nextHash(prevHash, text) };
			const key = how === "stolen" ? readBox(stolen.data)!.key : makeKey("store");
			const { kid, sig } = signStatement("gondola/batch/1", { tenant: "main", store: "0117" }, said, key);
			const head = { session, stream: "facts" as const, epoch, from, n: 1, prevHash };
			await say(`${own}/up/data`, packData(how === "none" ? head : { ...head, kid, sig }, [text])!);
			await saidAll();
		}
		const { items } = (await (await office.ask("/api/v1/stores/0117/facts?after=0")).json()) as { items: { id: string }[] };
		expect(items.length).toBeGreaterThan(0);
		expect(items.map(({ id }) => id)).not.toContain(`theft-${how}`);
	});

	it("nobody names himself a higher incarnation, and the store stays welcome", async () => {
		const { kid: _, sig: __, ...plain } = hello();
		const higher = { ...plain, inc: 5_000, session: `x-${randomUUID()}`, clock: { ...plain.clock, monoMs: plain.clock.monoMs + 1e9 } };
		const as = { tenant: "main", store: "0117" };
		await say(`${own}/up/hello`, pack(higher));
		await say(`${own}/up/hello`, pack(signStatement("gondola/hello/1", as, higher, readBox(stolen.data)!.key)));
		await say(`${own}/up/hello`, pack(signStatement("gondola/hello/1", as, higher, makeKey("store"))));
		await settled();
		const store = (await (await office.ask("/api/v1/stores/0117")).json()) as { incarnation: number; connected: boolean };
		expect(store).toMatchObject({ incarnation: 1, connected: true });
	});
});

describe("what was refused on the line", () => {
	it("is counted by reason at the store and at head office", async () => {
		const { hq } = await ofStore<{ hq: { refused: Record<string, number> } }>("/api/v1/status");
		for (const kind of ["unsealed", "another-key"]) expect(hq.refused[kind], kind).toBeGreaterThan(0);
		const ofDesk = await (await fetch(`${gateway.desk.url}/metrics`, { headers: { authorization: `Bearer ${deskToken}` } })).text();
		expect(ofDesk).toMatch(/gondola_hq_refused_total\{reason="unsealed"\} [1-9]/);
		const ofHq = await (await office.ask("/metrics")).text();
		for (const reason of ["unsigned", "another-key"])
			expect(ofHq).toMatch(new RegExp(`gondola_hq_not_yours_total\\{store="0117",reason="${reason}"\\} [1-9]`));
	});
});
