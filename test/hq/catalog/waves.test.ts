import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AskedPush, PriceChange } from "../../../src/hq/catalog/pushes.ts";
import { wavesOf } from "../../../src/hq/catalog/waves/asked-waves.ts";
import { stepWave, waveEvents } from "../../../src/hq/catalog/waves/machine.ts";
import type { Db } from "../../../src/hq/database/database.ts";
import { openRepositories, type Repositories } from "../../../src/hq/repositories.ts";
import { type AskedWave, waveStates } from "../../../src/words/answers/head-office/waves.ts";
import type { Price } from "../../../src/words/prices/price.ts";
import { whichCounts } from "../../../src/words/prices/which-counts.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";
import { databases, storeWriter } from "../open-book.ts";

const limits = { shownPercent: 95, failedLabels: 0, redAlarms: 0 };
const wave = (of: object, more: Partial<AskedWave> = {}): AskedWave => ({ waitMinutes: 10, limits, ...of, ...more });
const pilotThenAll = [wave({ group: "pilot" }), wave({ percent: 10 }), wave({ all: true })];
const ana = { kind: "user", name: "ana" } as const;
const far = "2999-01-01T00:00:00.000Z";

describe("a wave", () => {
	it("goes from state to state as the drawing says, and nowhere else", () => {
		const moves = waveStates.flatMap((state) =>
			waveEvents.flatMap((event) => {
				const to = stepWave(state, event);
				return to === null ? [] : [`${state} ${event} ${to}`];
			}),
		);
		expect(moves).toEqual([
			"waiting open open",
			"waiting withdraw withdrawn",
			"open within passed",
			"open beyond halted",
			"open hold held",
			"open withdraw withdrawn",
			"halted resume passed",
			"halted withdraw withdrawn",
			"held resume open",
			"held withdraw withdrawn",
		]);
	});

	it("is read from a query, and refused with its place where it is none", () => {
		expect(wavesOf({ waves: "pilot, 10%,all", waveWaitMinutes: 5, waveFailedLabels: 2 })).toEqual({
			waves: [{ group: "pilot" }, { percent: 10 }, { all: true }].map((of) => ({
				...of,
				waitMinutes: 5,
				limits: { shownPercent: 95, failedLabels: 2, redAlarms: 0 },
			})),
		});
		for (const waves of [
			"pilot",
			"pilot,10%",
			"all,pilot",
			"all,all",
			"0%,all",
			"100%,all",
			"-5%,all",
			"Pilot,all",
			",all",
			"",
			"10%%,all",
		])
			expect(wavesOf({ waves }), waves).toHaveProperty("wrong");
		expect(wavesOf({ waveWaitMinutes: 5 })).toHaveProperty("wrong");
		expect(wavesOf({})).toEqual({ waves: undefined });
	});
});

describe.each(databases)("a push in waves ($kind)", ({ open }) => {
	let db: Db;
	let hq: Repositories;
	let nowMs = Date.parse("2026-03-01T08:00:00.000Z");
	const now = (): string => new Date(nowMs).toISOString();
	const pass = async (minutes: number): Promise<void> => {
		nowMs += minutes * 60_000;
		await hq.advanceWaves();
	};
	const names = ["p1", "p2", ...Array.from({ length: 18 }, (_, i) => `s${i + 10}`)];
	const writers = new Map<string, Awaited<ReturnType<typeof storeWriter>>>();

	beforeAll(async () => {
		db = await open();
		hq = openRepositories(db, "test", now, "EUR");
		for (const name of names) {
			await hq.enroll(name);
			writers.set(name, await storeWriter(hq, name));
		}
		for (const name of ["p1", "p2"]) await hq.setGroups(name, ["pilot"], "ana");
	}, 120_000);
	afterAll(() => db.close());

	const change = (sku: string, amountMinor: number, more: Partial<PriceChange> = {}): PriceChange => ({
		...{ sku, amountMinor, currency: "EUR", kind: "regular" as const, article: { name: sku } },
		...more,
	});
	const push = (id: string, changes: PriceChange[], more: Partial<AskedPush> = { waves: pilotThenAll }) =>
		hq.acceptPush({ id, stores: "all", changes, rejected: [], by: ana, ...more });
	const pricesAt = async (store: string, sku: string): Promise<Price[]> => {
		const all = (await hq.link.downAfter(store, "catalog", 0, 10_000)).map(({ record }) => record as CatalogRecord);
		const ends = new Map(all.flatMap((record) => (record.type === "price-end" ? [[record.ends, record.at] as const] : [])));
		return all.flatMap((record) => {
			if (record.type !== "price" || record.price.sku !== sku) return [];
			const end = ends.get(record.price.version);
			return [end === undefined ? record.price : { ...record.price, until: end }];
		});
	};
	/** What till and shelf of the store say at an instant. */
	const counts = async (store: string, sku: string, at = now()): Promise<number | undefined> =>
		whichCounts(await pricesAt(store, sku), at)?.amountMinor;
	const waves = async (id: string) => (await hq.push(id)).waves!;
	const states = async (id: string) => (await waves(id)).map(({ state }) => state);
	const has = async (id: string) => (await hq.push(id)).stores.filter(({ waits }) => waits === false).map(({ store }) => store);
	/** The store's labels show the push's price of the article. */
	async function shows(store: string, id: string, sku: string): Promise<void> {
		const price = (await pricesAt(store, sku)).find((each) => each.push === id)!;
		const { version, amountMinor, currency, kind } = price;
		const writer = writers.get(store)!;
		const label = `${store}-${sku}`;
		await writer.says({ type: "label.bound", label, sku, face: null });
		await writer.says({ type: "price.activated", sku, version, kind, amountMinor, currency, push: id, labels: 1 });
		const of = { sku, version, priceVersion: version, upToVersion: version, amountMinor, currency, picture: "00" };
		await writer.says({ type: "label.shown", label, ...of, downloadedAt: null });
	}

	it("goes to the pilot, then to a tenth, then to all, each when the labels of the one before show it", async () => {
		await push("spring", [change("tea", 100)]);
		expect(await has("spring")).toEqual(["p1", "p2"]);
		expect(await pricesAt("s10", "tea")).toEqual([]);
		const matrix = (await hq.push("spring")).stores;
		expect(matrix).toHaveLength(20);
		expect(matrix.find(({ store }) => store === "p1")).toMatchObject({ wave: 1, waits: false, changes: 1 });
		const later = matrix.filter(({ waits }) => waits);
		expect(later.map(({ sent }) => sent).every((sent) => sent === 0)).toBe(true);
		const second = later.filter((store) => store.wave === 2).map(({ store }) => store);
		expect(second).toHaveLength(2);

		await pass(5);
		expect(await states("spring")).toEqual(["open", "waiting", "waiting"]);
		for (const store of ["p1", "p2"]) await shows(store, "spring", "tea");
		await pass(4);
		expect(await states("spring")).toEqual(["open", "waiting", "waiting"]);
		await pass(1);
		expect(await states("spring")).toEqual(["passed", "open", "waiting"]);
		expect((await has("spring")).sort()).toEqual(["p1", "p2", ...second].sort());
		expect((await waves("spring"))[0]).toMatchObject({ measured: { due: 2, shown: 2, shownPercent: 100 }, closedAt: now(), by: null });

		for (const store of second) await shows(store, "spring", "tea");
		await pass(10);
		expect(await states("spring")).toEqual(["passed", "passed", "passed"]);
		for (const store of names) expect(await counts(store, "tea"), store).toBe(100);
		expect(await hq.push("spring")).toMatchObject({ changes: 1, state: expect.stringMatching(/sending|active/) });
	});

	it("halts at once where a label fails, says why, and goes on when a person resumes", async () => {
		await push("bad", [change("tea", 110)]);
		await shows("p1", "bad", "tea");
		const { version } = (await pricesAt("p2", "tea")).find((each) => each.push === "bad")!;
		const p2 = writers.get("p2")!;
		const of = { sku: "tea", version, kind: "regular" as const, amountMinor: 110, currency: "EUR", push: "bad" };
		await p2.says({ type: "price.activated", ...of, labels: 1 });
		await p2.says({ type: "label.failed", label: "p2-tea", sku: "tea", version, upToVersion: version, why: "dead" });
		await pass(1);
		expect(await states("bad")).toEqual(["halted", "waiting", "waiting"]);
		expect((await waves("bad"))[0]).toMatchObject({ code: "wave-labels-failed", measured: { failedLabels: 1 } });
		expect(await hq.push("bad")).toMatchObject({ state: "halted" });
		expect((await hq.standingAlarms({ each: 20, most: 20 })).map(({ id }) => id)).toEqual(["wave-labels-failed::bad"]);
		await pass(600);
		expect(await has("bad")).toEqual(["p1", "p2"]);

		await hq.resumePush("bad", ana);
		expect((await waves("bad"))[0]).toMatchObject({ state: "passed", by: "user:ana" });
		expect(await states("bad")).toEqual(["passed", "open", "waiting"]);
		expect(await hq.standingAlarms({ each: 20, most: 20 })).toEqual([]);
		await expect(hq.resumePush("bad", ana)).rejects.toMatchObject({ code: "push-not-held" });
		await hq.withdrawPush("bad", undefined, ana);
		expect(await states("bad")).toEqual(["passed", "withdrawn", "withdrawn"]);
	});

	it("halts at the end of the wait where too few labels show it, or a red alarm began", async () => {
		await push("slow", [change("tea", 120)]);
		await writers.get("p1")!.says({ type: "price.activated", ...(await activation("p1", "slow", "tea")) });
		await pass(9);
		expect(await states("slow")).toEqual(["open", "waiting", "waiting"]);
		await pass(1);
		expect((await waves("slow"))[0]).toMatchObject({ state: "halted", code: "wave-not-shown", measured: { due: 2, shown: 0 } });
		await hq.withdrawPush("slow", undefined, ana);
		expect(await hq.standingAlarms({ each: 20, most: 20 })).toEqual([]);

		await push("red", [change("salt", 120)]);
		nowMs += 1_000;
		const alarm = { alarm: "printer-in-doubt:till", level: "RED" as const, code: "printer-in-doubt", subject: "till" };
		await db.transaction((tx) =>
			tx.query("INSERT INTO store_alarm (store, id, level, code, subject, since) VALUES ('p1', $1, $2, $3, $4, $5)", [
				...Object.values(alarm),
				now(),
			]),
		);
		await pass(1);
		expect((await waves("red"))[0]).toMatchObject({ state: "halted", code: "wave-red-alarms", measured: { redAlarms: 1 } });
		await db.transaction((tx) => tx.query("DELETE FROM store_alarm"));
	});
	const activation = async (store: string, id: string, sku: string) => {
		const { version, amountMinor, currency, kind } = (await pricesAt(store, sku)).find((each) => each.push === id)!;
		return { sku, version, kind, amountMinor, currency, push: id, labels: 1 };
	};

	it("sends a later wave what counts: a newer push wins there as in the first wave, and a promotion lies above it", async () => {
		const onlyWait = [wave({ group: "pilot" }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		await push("base", [change("rice", 200), change("oats", 200), change("corn", 200)], {});
		nowMs += 60_000;
		await push("waved", [change("rice", 210), change("oats", 220), change("corn", 230)], { waves: onlyWait });
		nowMs += 60_000;
		await push("newer", [change("rice", 190)], {});
		await push("promo", [change("oats", 150, { kind: "promotion", until: "2026-04-01T00:00:00.000Z" })], {});
		await pass(10);
		expect(await states("waved")).toEqual(["passed", "passed"]);
		for (const store of ["p1", "s10", "s27"]) {
			expect([await counts(store, "rice"), await counts(store, "oats"), await counts(store, "corn")], store).toEqual([190, 150, 230]);
			expect([await counts(store, "rice", far), await counts(store, "oats", far)], store).toEqual([190, 220]);
		}
	});

	it("keeps the order of two pushes that begin at the same instant", async () => {
		const at = "2026-03-09T06:00:00.000Z";
		const onlyWait = [wave({ group: "pilot" }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		await push("first", [change("figs", 300)], { waves: onlyWait, effectiveAt: at });
		await push("second", [change("figs", 310)], { effectiveAt: at });
		nowMs = Date.parse(at);
		expect(await states("first")).toEqual(["open", "waiting"]);
		await pass(10);
		expect(await states("first")).toEqual(["passed", "passed"]);
		for (const store of ["p1", "s10"]) expect(await counts(store, "figs"), store).toBe(310);
	});

	it("waits for its time and for what guard rails hold, and takes what was released along", async () => {
		const onlyWait = [wave({ group: "pilot" }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		await push("half", [change("nuts", 100), { ...change("pear", 100), article: {} }], { waves: onlyWait });
		expect(await hq.push("half")).toMatchObject({ state: "held", changes: 1, held: 1 });
		await pass(600);
		expect(await states("half")).toEqual(["open", "waiting"]);
		await hq.releasePush("half", { kind: "user", name: "bo" });
		expect(await counts("p1", "pear")).toBe(100);
		expect(await pricesAt("s10", "pear")).toEqual([]);
		await pass(9);
		expect(await states("half")).toEqual(["open", "waiting"]);
		await pass(1);
		expect([await counts("s10", "nuts"), await counts("s10", "pear")]).toEqual([100, 100]);
		expect((await hq.push("half")).stores.find(({ store }) => store === "s10")).toMatchObject({ wave: 2, changes: 2 });
	});

	it("is withdrawn at any moment, in part too, and later waves never get what was taken back", async () => {
		const onlyWait = [wave({ group: "pilot" }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		await push("parted", [change("plum", 100), change("kiwi", 100)], { waves: onlyWait });
		nowMs += 1_000;
		await hq.withdrawPush("parted", ["kiwi"], ana);
		await pass(10);
		expect([await counts("s10", "plum"), await counts("s10", "kiwi"), await counts("s10", "kiwi", far)]).toEqual([
			100,
			undefined,
			undefined,
		]);
		nowMs += 1_000;
		await hq.withdrawPush("parted", undefined, ana);
		expect([await counts("p1", "plum"), await counts("s10", "plum")]).toEqual([undefined, undefined]);
	});

	it("is held by a person and watched anew after that", async () => {
		const onlyWait = [wave({ group: "pilot" }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		await push("stopped", [change("lime", 100)], { waves: onlyWait });
		nowMs += 1_000;
		await hq.holdPush("stopped", ana);
		expect(await states("stopped")).toEqual(["held", "waiting"]);
		expect(await hq.push("stopped")).toMatchObject({ state: "halted" });
		await pass(600);
		expect(await states("stopped")).toEqual(["held", "waiting"]);
		await hq.resumePush("stopped", ana);
		await pass(9);
		expect(await states("stopped")).toEqual(["open", "waiting"]);
		await pass(1);
		expect(await states("stopped")).toEqual(["passed", "passed"]);
		await expect(hq.holdPush("stopped", ana)).rejects.toMatchObject({ code: "push-begun" });
	});

	it("gives a new store what its group has, else the push when its wave opens", async () => {
		const onlyWait = [wave({ group: "pilot" }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		await push("grown", [change("leek", 100)], { waves: onlyWait });
		await hq.enroll("new-1");
		await hq.enroll("new-2");
		expect([await counts("new-1", "leek"), await counts("new-1", "corn")]).toEqual([undefined, 230]);
		await hq.setGroups("new-2", ["pilot"], "ana");
		expect(await counts("new-2", "leek")).toBe(100);
		await pass(10);
		expect([await counts("new-1", "leek"), await counts("new-2", "leek")]).toEqual([100, 100]);
	});

	it("moves once, however many HQ processes look, and is refused whole where a group has no store of it", async () => {
		const onlyWait = [wave({ percent: 10 }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		await push("raced", [change("dill", 100)], { waves: onlyWait });
		nowMs += 600_000;
		const other = openRepositories(db, "test", now, "EUR");
		await Promise.all([hq.advanceWaves(), other.advanceWaves(), hq.advanceWaves()]);
		expect(await states("raced")).toEqual(["passed", "passed"]);
		for (const store of names) expect(await pricesAt(store, "dill"), store).toHaveLength(1);
		await expect(push("lost", [change("dill", 110)], { waves: [wave({ group: "nowhere" }), wave({ all: true })] })).rejects.toMatchObject({
			code: "group-empty",
		});
		await expect(hq.push("lost")).rejects.toMatchObject({ code: "push-unknown" });
		await expect(push("raced", [change("dill", 100)], {})).rejects.toMatchObject({ code: "push-differs" });
	});

	it("keeps the stores' own clocks in every wave", async () => {
		await db.transaction((tx) =>
			tx.query("UPDATE store SET time_zone = CASE id WHEN 's10' THEN 'America/New_York' ELSE 'Europe/Zagreb' END"),
		);
		const onlyWait = [wave({ group: "pilot" }, { limits: { ...limits, shownPercent: 0 } }), wave({ all: true })];
		const day = now().slice(0, 8);
		await push("dawn", [change("beet", 100, { from: `${day}28T06:00` }), change("kale", 100)], { waves: onlyWait });
		nowMs = Date.parse(`${day}28T23:00:00.000Z`);
		await hq.advanceWaves();
		const from = async (store: string) => (await pricesAt(store, "beet"))[0]?.from;
		expect([await from("p1"), await from("s11"), await from("s10")]).toEqual([
			`${day}28T05:00:00.000Z`,
			`${day}28T05:00:00.000Z`,
			`${day}28T10:00:00.000Z`,
		]);
		const kale = await Promise.all(["p1", "s10"].map(async (store) => (await pricesAt(store, "kale"))[0]?.from));
		expect(kale[0]).toBe(kale[1]);
	});
});
