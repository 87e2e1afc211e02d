import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildHttp } from "../../../src/hq/http/server.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

describe("a box that took another one's place", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-swap-"));
	let pair: Pair;
	let old: Box;
	let fresh: Box;
	const onHand = async (): Promise<number> => (await pair.hq.stock("s1", "milk")).onHand;
	const move = (box: Box, id: string): unknown =>
		box.do("recordMovement", { id, sku: "milk", quantity: 1, reason: "receive", occurredAt: "2026-03-01T08:00:00.000Z" });
	const sent = (box: Box): Promise<void> =>
		eventually(() => {
			const { last, acked } = box.ledger.read.link.up("facts");
			expect(acked).toBe(last);
		});

	beforeAll(async () => {
		pair = await openPair();
		await pair.hq.acceptPush({
			id: "p1",
			stores: ["s1"],
			rejected: [],
			changes: [{ sku: "milk", amountMinor: 99, currency: "EUR", kind: "regular", article: {} }],
		});
		old = pair.box(join(root, "old"));
		await eventually(() => expect(old.writer.book.articles.bySku("milk")).toBeDefined());
		move(old, "o1");
		await pair.hq.askGrant("s1", { id: "lent", sku: "milk", wanted: 1 });
		await eventually(() => expect(old.writer.book.grants.get("lent")).toMatchObject({ granted: 1 }));
		await sent(old);
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("is given the next incarnation because HQ never heard of it, and is sent everything", async () => {
		expect(await pair.hq.grantIncarnation("s1")).toMatchObject({ inc: 2 });
		fresh = pair.box(join(root, "fresh"));
		await eventually(() => {
			expect(fresh.ledger.read.link.identity().inc).toBe(2);
			expect(fresh.end.status()).toMatchObject({ connected: true, refused: null });
			expect(fresh.writer.book.articles.bySku("milk")).toBeDefined();
		});
		move(fresh, "f1");
		await sent(fresh);
		expect(await onHand()).toBe(2);
	});

	it("is asked for grants of its own: what the old one lent is not sold any more", async () => {
		await expect(pair.hq.takeOrder({ id: "online-1", store: "s1", lines: [{ sku: "milk", quantity: 1 }] })).rejects.toMatchObject({
			code: "grant-short",
		});
	});

	it("is not disturbed by the old one, which goes on selling into quarantine and raises RED", async () => {
		move(old, "o2");
		await eventually(() => expect(old.end.status().refused).toBe("fenced"));
		move(old, "o3");
		await sent(old);
		expect(old.writer.book.alarms.get("hq-fenced:hq")).toMatchObject({ level: "RED", clearedAt: null });
		expect(await onHand()).toBe(2);
		const boxes = await pair.hq.quarantined("s1");
		expect(boxes.find((box) => box.stream === "facts")).toMatchObject({
			box: old.ledger.read.link.up("facts").epoch,
			incarnation: 1,
			records: 2,
		});
		move(fresh, "f2");
		await sent(fresh);
		expect(fresh.end.status()).toMatchObject({ connected: true, refused: null });
		expect(await onHand()).toBe(3);
	});

	it("steps back when a person names the old one, and then what was in quarantine counts", async () => {
		expect(await pair.hq.grantIncarnation("s1", old.ledger.read.link.up("facts").epoch)).toMatchObject({ inc: 3 });
		// Without a new connection, as a quiet line has it.
		await eventually(() => {
			pair.session().ask();
			expect(old.end.status()).toMatchObject({ connected: true, refused: null });
		});
		move(old, "o4");
		await sent(old);
		expect(old.ledger.read.link.identity().inc).toBe(3);
		expect(await onHand()).toBe(6);
		expect((await pair.hq.quarantined("s1")).filter(({ box }) => box === old.ledger.read.link.up("facts").epoch)).toEqual([]);
		move(fresh, "f3");
		await eventually(() => expect(fresh.end.status().refused).toBe("fenced"));
		expect(await onHand()).toBe(6);
	});

	it("is granted, listed and set over HTTP", async () => {
		const app = buildHttp({ db: pair.db, repositories: pair.hq, isConnected: () => true, report() {} });
		const send = async (method: "GET" | "POST" | "PUT", path: string, payload?: object) => {
			const answer = await app.inject({
				method,
				url: `/api/v1/stores/${path}`,
				headers: { host: "127.0.0.1" },
				...(payload && { payload }),
			});
			return [answer.statusCode, answer.json() as unknown];
		};
		expect(await send("POST", "s1/incarnations", {})).toMatchObject([201, { id: "s1", incarnation: 4, token: expect.any(String) }]);
		expect(await send("POST", "nowhere/incarnations", {})).toMatchObject([404, { code: "store-unknown" }]);
		expect(await send("POST", "s1/incarnations", { box: "the one on the left" })).toMatchObject([400, {}]);
		expect(await send("GET", "s1/quarantine")).toMatchObject([
			200,
			{ items: expect.arrayContaining([expect.objectContaining({ stream: "facts" })]) },
		]);
		expect(await send("GET", "s1/forks")).toMatchObject([200, { items: [] }]);
		expect(await send("PUT", "s1/settings/locale", { value: "hr" })).toMatchObject([200, { name: "locale", value: "hr" }]);
		await app.close();
	});
});
