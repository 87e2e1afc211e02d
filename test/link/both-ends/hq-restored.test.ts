import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AskedPush } from "../../../src/hq/catalog/pushes.ts";
import { reportingRestores } from "../../../src/hq/restore/restore-report.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "gondola-hq-restored-"));
const folder = join(root, "hq");
const kept = join(root, "backup");
const stores = ["s1", "s2"] as const;
type Store = (typeof stores)[number];

let pair: Pair;
const boxes = {} as Record<Store, Box>;
const open = (store: Store): void => void (boxes[store] = pair.box(join(root, store), {}, false, store));

const push = (id: string, to: AskedPush["stores"], prices: Record<string, number>, more: object = {}) =>
	pair.hq.acceptPush({
		id,
		stores: to,
		rejected: [],
		changes: Object.entries(prices).map(([sku, amountMinor]) => ({
			sku,
			amountMinor,
			currency: "EUR",
			kind: "regular",
			article: { name: `${sku} of ${id}` },
			...more,
		})),
	});
const charged = (store: Store, sku: string): number | undefined =>
	boxes[store].writer.book.prices.winning(sku, new Date().toISOString())?.amountMinor;
const tend = (): void => Object.values(boxes).forEach((box) => box.do("activateDue", {}));

/** Both sides have everything, and the stores have put in force what is due. */
async function settled(...which: Store[]): Promise<void> {
	for (const store of which)
		await eventually(async () => {
			boxes[store].do("activateDue", {});
			const { dn, up } = (await pair.hq.link.load(store))!;
			const { link } = boxes[store].ledger.read;
			for (const stream of ["catalog", "stock", "config"] as const) {
				expect(link.dn(stream)).toMatchObject({ epoch: dn[stream]!.epoch, position: dn[stream]!.last, hash: dn[stream]!.hash });
				expect(dn[stream]!.acked).toBe(dn[stream]!.last);
			}
			for (const stream of ["facts", "notes"] as const) {
				const { epoch, last, acked } = link.up(stream);
				expect([acked, up[stream]]).toMatchObject([last, { epoch, position: last }]);
			}
		});
}

const restore = (): Promise<void> =>
	pair.reopenHq(() => {
		rmSync(folder, { recursive: true });
		cpSync(kept, folder, { recursive: true });
	});
const order = (id: string, quantity: number, store: Store = "s1") => pair.hq.takeOrder({ id, store, lines: [{ sku: "milk", quantity }] });
/** `settled`: in force, or another price counts in its place. */
const standing = async (id: string) =>
	(await pair.hq.push(id)).stores.map((at) => ({ ...at, settled: at.active + at.masked + at.neverInForce }));

beforeAll(async () => {
	pair = await openPair(stores, folder);
	for (const store of stores) open(store);
	await push("monday", "all", { milk: 100, bread: 200, soap: 300 });
	await pair.hq.moveStock("s1", { id: "d1", sku: "milk", quantity: 20, reason: "receive", occurredAt: "2026-03-01T08:00:00.000Z" });
	await settled(...stores);
	await pair.hq.askGrant("s1", { id: "g1", sku: "milk", wanted: 5 });
	await settled(...stores);
	await eventually(async () => expect((await pair.hq.stock("s1", "milk")).granted).toBe(5));
	boxes.s1.do("bindLabel", { label: "L1", sku: "milk", hwType: 1 });
	await settled(...stores);
	await pair.reopenHq(() => cpSync(folder, kept, { recursive: true }));
	await settled(...stores);
}, 120_000);
afterAll(async () => {
	await pair.close();
	rmSync(root, { recursive: true, force: true });
});

describe("head office that came back from yesterday's backup", () => {
	it("learns from its stores what it pushed, sold and delivered since, and sells nothing twice", async () => {
		await push("tuesday", "all", { milk: 110, bread: 210, wine: 900 });
		await push("only-s2", ["s2"], { soap: 333 });
		await pair.hq.setSetting("s1", "locale", "hr");
		await pair.hq.moveStock("s1", { id: "d2", sku: "milk", quantity: 7, reason: "receive", occurredAt: "2026-03-01T09:00:00.000Z" });
		expect(await order("web-1", 3)).toMatchObject({ created: true });
		await settled(...stores);
		// The last thing it does before its disk dies: one store hears of it, the other does not.
		boxes.s2.stop();
		await push("evening", "all", { bread: 220 });
		await settled("s1");

		await restore();
		expect(await pair.hq.pushes(undefined, 10)).toMatchObject([{ id: "monday" }]);
		open("s2");
		await settled(...stores);
		await settled(...stores);

		for (const store of stores) {
			expect({ store, milk: charged(store, "milk"), bread: charged(store, "bread"), wine: charged(store, "wine") }).toEqual({
				store,
				milk: 110,
				bread: 220,
				wine: 900,
			});
			expect(boxes[store].writer.book.articles.bySku("wine")?.name).toBe("wine of tuesday");
		}
		expect([charged("s1", "soap"), charged("s2", "soap")]).toEqual([300, 333]);
		expect(boxes.s1.writer.book.settings.values()).toMatchObject({ locale: "hr" });
		expect(await pair.hq.stock("s1", "milk")).toMatchObject({ onHand: 24, granted: 2 });
		expect(boxes.s1.writer.book.grants.get("g1")).toMatchObject({ granted: 5, used: 3 });

		await eventually(async () => {
			for (const id of ["tuesday", "evening"])
				for (const at of await standing(id)) {
					const changes = id === "tuesday" ? 3 : 1;
					expect(at).toMatchObject({ stored: changes, settled: changes, failed: 0 });
				}
			expect(await standing("only-s2")).toMatchObject([{ store: "s2", stored: 1, active: 1 }]);
		});
		expect((await pair.hq.push("tuesday")).changes).toBe(3);
		expect((await standing("tuesday")).map(({ store }) => store)).toEqual(["s1", "s2"]);

		expect(await order("web-1", 3)).toMatchObject({ created: false, order: { taken: [{ grant: "g1", quantity: 3 }] } });
		await expect(order("web-2", 3)).rejects.toMatchObject({ code: "grant-short" });
		expect(await order("web-3", 2)).toMatchObject({ created: true });
		await settled(...stores);
		expect(boxes.s1.writer.book.grants.get("g1")).toMatchObject({ granted: 5, used: 5 });

		// A sender that never heard the answer pushes again: it is the same push.
		const versions = boxes.s1.writer.book.prices.of("milk").length;
		await push("tuesday", "all", { milk: 1, bread: 1, wine: 1 });
		await settled(...stores);
		expect(boxes.s1.writer.book.prices.of("milk")).toHaveLength(versions);
		const told = await pair.hq.restorations(10);
		expect(told.find(({ store, stream }) => store === "s1" && stream === "stock")).toMatchObject({ orders: 1, whole: true });
		expect(told.reduce((sum, { prices }) => sum + prices, 0)).toBe(5);
	}, 120_000);

	it("lets what it decided since it came back be its later word, in every store", async () => {
		await push("wednesday", "all", { milk: 120, bread: 230 });
		await settled(...stores);
		const highest = Math.max(...boxes.s1.writer.book.prices.of("milk").map(({ version }) => version));
		for (const store of stores) boxes[store].stop();
		await restore();
		await push("thursday", "all", { milk: 130 });
		await push("thursday-s2", ["s2"], { wine: 950 });
		await pair.hq.setSetting("s1", "locale", "de");
		open("s1");
		await settled("s1");
		open("s2");
		await settled(...stores);
		await settled(...stores);
		for (const store of stores) {
			expect({ store, milk: charged(store, "milk"), bread: charged(store, "bread") }).toEqual({ store, milk: 130, bread: 230 });
			expect(boxes[store].writer.book.prices.winning("milk", new Date().toISOString())!.version).toBeGreaterThan(highest);
		}
		expect([charged("s1", "wine"), charged("s2", "wine")]).toEqual([900, 950]);
		expect(boxes.s1.writer.book.settings.values()).toMatchObject({ locale: "de" });
		await eventually(async () => {
			expect(await standing("thursday")).toMatchObject([
				{ store: "s1", stored: 1, active: 1 },
				{ store: "s2", stored: 1, active: 1 },
			]);
			expect(await standing("wednesday")).toMatchObject([
				{ store: "s1", stored: 2, settled: 2 },
				{ store: "s2", stored: 2, settled: 2 },
			]);
		});
		for (const store of stores) {
			const { epoch } = boxes[store].ledger.read.link.dn("catalog")!;
			expect(await pair.session().command("catalog.compare", {}, 5_000)).toMatchObject({ out: { comparison: "equal" } });
			expect(boxes[store].ledger.read.link.dn("catalog")!.epoch).toBe(epoch);
		}
	}, 120_000);

	it("sells from a store's grants only once the store has been heard", async () => {
		tend();
		await pair.hq.askGrant("s1", { id: "g2", sku: "milk", wanted: 4 });
		await settled(...stores);
		await eventually(async () => expect((await pair.hq.stock("s1", "milk")).granted).toBeGreaterThanOrEqual(4));
		boxes.s1.stop();
		await pair.hq.begin();
		pair.restartHq();
		await expect(order("web-9", 1)).rejects.toMatchObject({ code: "store-not-heard" });
		open("s1");
		await eventually(async () => expect(await order("web-9", 1)).toMatchObject({ created: true }));
	}, 120_000);

	it("takes only the rest of an order of which the store had heard a part", async () => {
		await pair.hq.askGrant("s1", { id: "g3", sku: "bread", wanted: 1 });
		await pair.hq.moveStock("s1", { id: "d9", sku: "bread", quantity: 9, reason: "receive", occurredAt: "2026-03-01T09:30:00.000Z" });
		await settled(...stores);
		await pair.hq.askGrant("s1", { id: "g4", sku: "bread", wanted: 4 });
		await settled(...stores);
		await eventually(async () => expect((await pair.hq.stock("s1", "bread")).granted).toBe(4));
		const { position } = boxes.s1.ledger.read.link.dn("stock")!;
		const said: string[] = [];
		await reportingRestores(pair.hq.link, (sentence) => said.push(sentence)).restore!("s1", "stock", {
			after: position,
			position: position + 1,
			rows: [],
			received: [[position + 1, { type: "grant-used", grant: "g4", sku: "bread", used: 1, order: "web-part" }]],
		});
		expect(said).toEqual([
			expect.stringContaining("Store s1 told back 1 records (stock) that it had forgotten, among them 1 online orders."),
		]);
		const whole = {
			id: "web-part",
			store: "s1",
			lines: [
				{ sku: "bread", quantity: 2 },
				{ sku: "milk", quantity: 1 },
			],
		};
		await expect(pair.hq.takeOrder({ ...whole, lines: [{ sku: "milk", quantity: 1 }] })).rejects.toMatchObject({ code: "id-reused" });
		expect(await pair.hq.takeOrder(whole)).toMatchObject({ created: true });
		expect(await pair.hq.takeOrder(whole)).toMatchObject({ created: false });
		expect((await pair.hq.stock("s1", "bread")).granted).toBe(2);
	}, 120_000);
});
