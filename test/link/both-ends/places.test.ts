import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerPlace, signedPlace } from "../../../src/hq/catalog/life/approval.ts";
import type { PlaceQuestion } from "../../../src/hq/stores/places.ts";
import { isPlaceApproved, type PlaceApproval, signApprovers } from "../../../src/trust/approvers.ts";
import { signKeyList } from "../../../src/trust/key-list.ts";
import { makeKey } from "../../../src/trust/keys.ts";
import { signStatement } from "../../../src/trust/signing.ts";
import { openStoreTrust } from "../../../src/trust/store-trust.ts";
import { authenticator } from "../../support/authenticator.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const [first, second, line, boxKey] = [makeKey("root"), makeKey("root"), makeKey("line"), makeKey("store")];
const at = "2020-01-01T00:00:00.000Z";
const site = "hq.shops.example";
const vera = authenticator(() => `https://${site}`);
const key = {
	...{ id: vera.id, person: "vera", site, alg: "ES256" as const },
	public: createPublicKey(vera.privateKey).export({ type: "spki", format: "der" }).toString("base64url"),
};
const approvers = signApprovers({ tenant: "t", version: 1, issuedAt: at, demanded: true, keys: [key] }, first);
const list = signKeyList(
	{
		...{ tenant: "t", version: 1, issuedAt: at, expires: "2099-01-01T00:00:00.000Z" },
		keys: [{ kid: line.kid, public: line.public, role: "line", notBefore: at }],
	},
	first,
);

/** Somebody has head office's line key or database, and no approver's passkey. */
describe("who is a store's box, where the store demands an approver's signature", { timeout: 120_000 }, () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-places-"));
	let pair: Pair;
	let box: Box;
	const signed = async (asked: PlaceQuestion, lies: Parameters<typeof vera.get>[1] = {}): Promise<PlaceApproval> => {
		const act = await pair.hq.placeAct(asked);
		const who = { tenant: "t", list: approvers, person: "vera" };
		const { publicKey } = offerPlace(act, who, site) as { publicKey: { challenge: string } };
		const { response } = vera.get(publicKey.challenge, { rpId: site, ...lies });
		return signedPlace(act, { at: act.at, assertion: { id: vera.id, ...response } }, who, new Date().toISOString());
	};
	const alarm = (code: string) => box.writer.book.alarms.get(`${code}:hq`);
	const setStore = async (columns: string, ...values: unknown[]) => {
		await pair.db.query(`UPDATE store SET ${columns} WHERE id = 's1'`, values);
		pair.hq.placeChanged("s1");
	};
	const taken = async () => (await pair.hq.facts("s1", { after: 0, limit: 1_000, type: "stock.moved" })).length;
	const move = (id: string) =>
		box.do("recordMovement", { id, sku: "milk", quantity: 1, reason: "receive", occurredAt: "2026-03-01T08:00:00.000Z" });
	beforeAll(async () => {
		pair = await openPair("s1", undefined, {
			signer: () => line,
			hq: {
				...{ tenant: "t", trustForMs: 8 * 86_400_000, list: () => list, successors: () => [], approvers: () => approvers },
				sign: (domain, store, statement) => signStatement(domain, { tenant: "t", store }, statement, line),
				signLeap: (store, batch) => signStatement("gondola/leap/1", { tenant: "t", store }, batch, line),
			},
			store: (store) => {
				const roots = { first: first.public, second: second.public, number: 0 };
				return openStoreTrust({ tenant: "t", store, roots, keyList: list, enrolledAt: at, key: boxKey }, () => {});
			},
		});
		await pair.db.query("INSERT INTO store_key (kid, store, public, inc, enrolled_at) VALUES ($1, 's1', $2, 1, $3)", [
			boxKey.kid,
			boxKey.public,
			at,
		]);
		await pair.hq.acceptPush({
			...{ id: "p1", stores: ["s1"], rejected: [] },
			changes: [{ sku: "milk", amountMinor: 99, currency: "EUR", kind: "regular", article: {} }],
		});
		box = pair.box(join(root, "box"));
		await eventually(() => expect(box.writer.book.articles.bySku("milk")).toBeDefined());
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("a box that is fenced without the signature says so in red, and that an approver did not sign", async () => {
		await setStore("inc = 2");
		await eventually(() => expect(box.end.status().refused).toBe("fenced"));
		expect(alarm("hq-place-unapproved")).toMatchObject({ level: "RED", clearedAt: null, facts: { store: "s1" } });
		// The place is its own again: nothing stands.
		await setStore("inc = 1");
		await eventually(() => expect(alarm("hq-place-unapproved")?.clearedAt ?? null).not.toBeNull());
		expect(box.end.status()).toMatchObject({ connected: true, refused: null });
	});

	it("an incarnation that no approver signed is not taken; one that was signed is, and nothing stands", async () => {
		const { epoch } = box.ledger.read.link.up("facts");
		await pair.hq.grantIncarnation("s1", epoch);
		await eventually(() => expect(alarm("hq-place-unapproved")).toMatchObject({ clearedAt: null }));
		expect([box.ledger.read.link.identity().inc, box.end.status().refused]).toEqual([1, "fenced"]);

		await pair.hq.grantIncarnation("s1", epoch, await signed({ does: "swap", store: "s1", box: epoch }));
		await eventually(() => expect(box.ledger.read.link.identity().inc).toBe(3));
		await eventually(() => expect(alarm("hq-place-unapproved")?.clearedAt ?? null).not.toBeNull());
		expect(box.end.status()).toMatchObject({ connected: true, refused: null });
	});

	it("a signature counts for its own store, act, number and time, and for a passkey of the list only", async () => {
		const mine = await signed({ does: "swap", store: "s1" });
		const to = { tenant: "t", store: "s1" };
		expect(isPlaceApproved({ inc: 3, granted: 4 }, mine, to, approvers)).toBe(true);
		expect(isPlaceApproved({ inc: 3 }, mine, to, approvers)).toBe(true);
		for (const [said, approval, whose] of [
			[{ inc: 3, granted: 5 }, mine, to],
			[{ inc: 4 }, mine, to],
			[{ inc: 3, granted: 4 }, mine, { ...to, store: "s2" }],
			[{ inc: 3, granted: 4 }, mine, { ...to, tenant: "u" }],
			[{ inc: 3, granted: 4 }, { ...mine, act: { ...mine.act, at } }, to],
			[{ inc: 3, granted: 4 }, await signed({ does: "end", store: "s1" }), to],
			[{ inc: 3 }, await signed({ does: "take-back" }), to],
			[{ inc: 3 }, undefined, to],
		] as const)
			expect([said, approval, isPlaceApproved(said, approval, whose, approvers)]).toEqual([said, approval, false]);
		expect(isPlaceApproved({ inc: 3 }, mine, to, { ...approvers, keys: [] })).toBe(false);
		for (const lies of [{ by: authenticator(() => "") }, { origin: "https://evil.example" }, { flags: 0x01 }])
			await expect(signed({ does: "swap", store: "s1" }, lies)).rejects.toMatchObject({ code: "approval-refused" });
	});

	it("head office refuses a signature over another number or box, and names why a box would not be let in", async () => {
		const { epoch } = box.ledger.read.link.up("facts");
		const other = await signed({ does: "swap", store: "s1", box: "00112233aabbccdd" });
		await expect(pair.hq.grantIncarnation("s1", epoch, other)).rejects.toMatchObject({ code: "approval-refused" });
		await expect(pair.hq.grantIncarnation("s1", "00112233aabbccdd")).rejects.toMatchObject({ code: "box-unknown" });
		await expect(pair.hq.grantIncarnation("s1")).rejects.toMatchObject({
			code: "box-not-let-in",
			message: expect.stringContaining("gondola hq enroll s1 --again"),
		});
		expect(await pair.hq.store("s1")).toMatchObject({ incarnation: 3 });
	});

	it("a key that ends counts no more at once, on a line that is open; its box cannot be put in the live one's place", async () => {
		move("m1");
		await eventually(async () => expect(await taken()).toBe(1));
		const end = await signed({ does: "end", store: "s1" });
		// The box does not greet again by itself.
		pair.tap = (direction, channel) => !(direction === "dn" && channel === "hello");
		await pair.db.query("UPDATE store_key SET ended_at = $1 WHERE store = 's1'", [at]);
		await setStore("place_approval = $1", JSON.stringify(end));
		await new Promise((done) => setImmediate(done));
		await eventually(() => expect(pair.session().status().state).not.toBe("talking"));
		move("m2");
		await eventually(() => {
			const { last, acked } = box.ledger.read.link.up("facts");
			expect(last).toBeGreaterThan(acked);
		});
		expect(await taken()).toBe(1);

		pair.tap = () => true;
		pair.session().ask();
		await eventually(() => expect(box.end.status().refused).toBe("fenced"));
		expect(alarm("hq-place-unapproved")?.clearedAt ?? null).not.toBeNull();
		await eventually(async () => expect((await pair.hq.quarantined("s1")).length).toBeGreaterThan(0));
		expect(await taken()).toBe(1);
		const { epoch } = box.ledger.read.link.up("facts");
		await expect(pair.hq.grantIncarnation("s1", epoch)).rejects.toMatchObject({ code: "box-not-let-in" });
		expect(await pair.hq.store("s1")).toMatchObject({ incarnation: 3 });
	});
});
