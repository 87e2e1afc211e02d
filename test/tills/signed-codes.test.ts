import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeKey, type SigningKey } from "../../src/trust/keys.ts";
import { makePickupCode } from "../../src/words/codes/pickup-code.ts";
import { makeReceiptCode, readReceiptCode } from "../../src/words/codes/receipt-code.ts";
import { makeSignedCode, maskSignedCodes } from "../../src/words/codes/signed-code.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const minutesLater = (n: number): string => new Date(Date.parse(noon) + n * 60_000).toISOString();
const hashOf = (order: string, code: string): string => createHash("sha256").update(`${order}:${code}`).digest("hex");

/** A store with its own receipt key. */
function openStore(name: string): TestStore {
	const store = openTestStore();
	store.do("setIdentity", { store: name, tenant: "t" });
	fromHq(store, "catalog", [article("100"), price("100", 1, 400), article("200"), price("200", 1, 150)]);
	store.do("activateDue", {});
	const { kid, public: text, privateKey } = makeKey("receipt");
	store.do("keepReceiptKey", { kid, public: text, private: privateKey.export({ format: "jwk" }).d! });
	return store;
}
const keyOf = (store: TestStore) => {
	const { private: _, ...key } = store.book.receiptKeys.own()!;
	return key;
};
/** The code on the slip of a sale. */
function sell(store: TestStore, id: string, lines: object[], till = "till-1"): string {
	const { job } = store.do("recordSale", { id, till, at: noon, lines: lines as never, receipt: { printer: "p1" } });
	const code = /\{code:(GR1\.[\w.-]+);option:qrcode,3,l\}/.exec(store.book.jobs.get(job!)!.document)?.[1];
	if (code === undefined) throw new Error("the slip has no signed code");
	return code;
}
const two = [
	{ sku: "100", quantity: 3, amountMinor: 1_000 },
	{ sku: "200", quantity: 1, amountMinor: 150 },
];

let own: TestStore;
let other: TestStore;
beforeEach(() => {
	own = openStore("s-own");
	other = openStore("s-other");
});
afterEach(() => {
	own.close();
	other.close();
});
const back = (more: object) => ({ id: "r1", quantity: 1, condition: "sellable" as const, days: 30, ...more });

describe("the code on a receipt", () => {
	it("names the sale and its lines, in the store that printed it and, with that store's key, in another one", () => {
		const code = sell(own, "s1", two);
		const lines = [
			{ number: 1, line: "s-own/till-1/s1/1", sku: "100", name: "Article 100", quantity: 3 },
			{ number: 2, line: "s-own/till-1/s1/2", sku: "200", name: "Article 200", quantity: 1 },
		];
		const whole = { store: "s-own", till: "till-1", sale: "s1", at: noon };
		expect(own.do("readReceipt", { code })).toEqual({ ...whole, lines: lines.map((line) => ({ ...line, left: line.quantity })) });
		expect(other.refused("readReceipt", { code })).toBe("receipt-key-missing");
		fromHq(other, "stock", [{ type: "receipt-key", store: "s-own", key: keyOf(own) }]);
		expect(other.do("readReceipt", { code })).toEqual({ ...whole, lines });
	});

	it("brings a line back once, by its number or its article; the second time it is refused", () => {
		const receipt = sell(own, "s1", two);
		expect(own.do("returnGoods", back({ receipt, sku: "200" }))).toMatchObject({ taken: { line: "s-own/till-1/s1/2", refundMinor: 150 } });
		expect(own.do("returnGoods", back({ receipt, number: 2 }))).toMatchObject({ duplicate: true });
		expect(own.refused("returnGoods", back({ id: "r2", receipt, number: 2 }))).toBe("line-returned");
		expect(own.refused("returnGoods", back({ id: "r1", receipt, number: 1 }))).toBe("return-differs");
		expect(own.refused("returnGoods", back({ id: "r3", receipt, number: 3 }))).toBe("return-line-unknown");
		expect(own.refused("returnGoods", back({ id: "r3", receipt, sku: "999" }))).toBe("return-line-unknown");
		expect(own.refused("returnGoods", back({ id: "r3", receipt, number: 1 }), minutesLater(31 * 1_440))).toBe("return-too-late");
	});

	it("asks head office for the right where another store sold the line", () => {
		const receipt = sell(own, "s1", two);
		fromHq(other, "stock", [{ type: "receipt-key", store: "s-own", key: keyOf(own) }]);
		expect(other.do("returnGoods", back({ receipt, number: 1 }))).toEqual({ asked: true, why: "return-asked" });
		const asked = other.book.events.after(0, 100).find(({ type }) => type === "return.asked");
		expect(asked).toMatchObject({ line: "s-own/till-1/s1/1", quantity: 1 });
	});

	it("is refused where the article stands in two lines, until the number is given", () => {
		const receipt = sell(own, "s1", [two[1]!, two[1]!]);
		expect(own.refused("returnGoods", back({ receipt, sku: "200" }))).toBe("receipt-line-unclear");
		expect(own.do("returnGoods", back({ receipt, number: 2 }))).toMatchObject({ taken: { line: "s-own/till-1/s1/2" } });
	});

	it("is refused when anything in it was changed, or another store signed it in this one's name", () => {
		const code = sell(own, "s1", two);
		fromHq(other, "stock", [{ type: "receipt-key", store: "s-own", key: keyOf(own) }]);
		const [form, , signature] = code.split(".") as [string, string, string];
		const { sold } = readReceiptCode(code)!;
		const changed = Buffer.from(JSON.stringify([sold.store, sold.till, "s2", sold.at, 2])).toString("base64url");
		for (const at of [own, other]) expect(at.refused("readReceipt", { code: `${form}.${changed}.${signature}` })).toBe("receipt-forged");
		const forged = makeReceiptCode(sold, makeKey("receipt").privateKey);
		for (const at of [own, other]) expect(at.refused("readReceipt", { code: forged })).toBe("receipt-forged");
		for (const bad of ["", "GR1", "GR1..", code.slice(0, -1), `${code}A`, `${code}=`, code.replace("GR1", "GM1"), code.toLowerCase()])
			expect(own.refused("readReceipt", { code: bad }), bad).toBe("receipt-unreadable");
		const nasty = [
			[],
			["s-own"],
			["s-own", "t", "s", 1, 0],
			["s-own", "t", "s", 1, 1e9],
			["s-own", "t", "s", 1, 2, ["100", 1]],
			{},
			null,
			"x".repeat(40),
		];
		const { privateKey } = makeKey("receipt");
		for (const payload of nasty)
			expect(own.refused("readReceipt", { code: makeSignedCode("GR1", payload, privateKey) })).toBe("receipt-unreadable");
	});

	it("of a long sale has the number of its lines alone, so that a scanner still reads it", () => {
		const lines = Array.from({ length: 60 }, () => ({ sku: "100", quantity: 1, amountMinor: 400 }));
		const code = sell(own, "s1", lines);
		expect(code.length).toBeLessThan(420);
		expect(own.do("readReceipt", { code }).lines).toHaveLength(60);
		fromHq(other, "stock", [{ type: "receipt-key", store: "s-own", key: keyOf(own) }]);
		expect(other.refused("returnGoods", back({ receipt: code, sku: "100" }))).toBe("receipt-line-unclear");
	});

	it("still counts after a restart, and a key of the same name with another content is refused", () => {
		const code = sell(own, "s1", two);
		own.reopen();
		own.do("keepReceiptKey", { kid: "x", public: "x", private: "x" });
		expect(own.do("readReceipt", { code }).lines).toHaveLength(2);
		const key = { ...keyOf(own), public: makeKey("receipt").public };
		expect(fromHq(own, "stock", [{ type: "receipt-key", store: "s-own", key }]).rejected).toMatchObject([{ code: "receipt-key-differs" }]);
		expect(own.book.events.after(0, 100).filter(({ type }) => type === "receipt-key.made")).toHaveLength(1);
	});

	it("leaves no trace when it is scanned where goods belong, nor in a log", () => {
		const code = sell(other, "s1", two);
		own.do("recordScans", { scans: [{ device: "scanner-1", code, symbologySource: "guess", raw: Buffer.from(code).toString("base64") }] });
		expect(own.book.events.after(0, 100).find(({ type }) => type === "article.scanned")).toMatchObject({ code: "GR1.***", sku: null });
		for (const part of code.split(".").slice(1))
			for (const file of ["ledger.db", "ledger.db-wal"]) expect(readFileSync(join(own.directory, file)).includes(part)).toBe(false);
		expect(maskSignedCodes(`read ${code} and GO1.ab.cd`)).toBe("read GR1.*** and GO1.***");
	});
});

describe("the signed code of an order", () => {
	let headOffice: SigningKey;
	beforeEach(() => {
		headOffice = makeKey("member");
		own.do("recordMovement", { id: "count", sku: "100", quantity: 9, reason: "count", occurredAt: "2026-03-01T00:00:00.000Z" });
		fromHq(own, "stock", [
			{ type: "member-key", key: { kid: headOffice.kid, public: headOffice.public, since: noon } },
			{ type: "grant-ask", sku: "100", wanted: 9, grant: "g100", expiresAt: "2026-03-09T13:00:00.000Z" },
		]);
	});
	/** An order that is ready to be handed over, and its code. */
	function ready(id: string, typed = "123456", collectBy?: string): string {
		const order = {
			...{ id, kind: "pickup", at: noon, by: "user:shop", lines: [{ sku: "100", quantity: 1, substitution: "none" }], takes: [] },
			...{ codeHash: hashOf(id, typed), ...(collectBy !== undefined && { collectBy }) },
		};
		fromHq(own, "stock", [{ type: "order", order: { ...order, takes: [{ grant: "g100", sku: "100", quantity: 1 }] } }]);
		own.do("actOnOrder", { order: id, act: { act: "accept" } });
		own.do("pickForOrder", { order: id, code: "100", id: `${id}-1` });
		own.do("actOnOrder", { order: id, act: { act: "ready" } });
		return makePickupCode({ order: id, codeHash: hashOf(id, typed), placedAt: noon, collectBy }, headOffice.privateKey);
	}
	const hand = (order: string, code: string, at = noon) => own.do("handOverOrder", { order, code }, at);

	it("opens its order once, and no other one; the second time it is refused", () => {
		const [first, second] = [ready("o1"), ready("o2")];
		expect(hand("o2", first)).toMatchObject({ refused: "code-other-order" });
		expect(hand("o1", first)).toMatchObject({ order: { state: "handed-over" } });
		expect(own.refused("handOverOrder", { order: "o1", code: first })).toBe("order-handed-over");
		expect(hand("o2", second)).toMatchObject({ order: { state: "handed-over" } });
	});

	it("is refused when head office did not sign it, when it was made for another order of this id, and when it is over", () => {
		const code = ready("o1", "123456", minutesLater(60));
		const [form, payload] = code.split(".") as [string, string, string];
		expect(
			hand("o1", makePickupCode({ order: "o1", codeHash: hashOf("o1", "123456"), placedAt: noon }, makeKey("member").privateKey)),
		).toMatchObject({
			refused: "code-wrong",
		});
		expect(
			hand("o1", makePickupCode({ order: "o1", codeHash: hashOf("o1", "000000"), placedAt: noon }, headOffice.privateKey)),
		).toMatchObject({
			refused: "code-wrong",
		});
		for (const bad of [`${form}.${payload}`, `${form}.`, makeSignedCode("GM1", { order: "o1" }, headOffice.privateKey)])
			expect(hand("o1", bad)).toMatchObject({ refused: "code-wrong" });
		expect(hand("o1", code, minutesLater(60))).toMatchObject({ refused: "code-expired" });
		expect(hand("o1", code, minutesLater(59))).toMatchObject({ order: { state: "handed-over" } });
	});

	it("counts while typed codes are locked, and the six digits count as before", () => {
		const code = ready("o1");
		for (let n = 0; n < 5; n += 1) hand("o1", `00000${n}`);
		expect(hand("o1", "123456")).toMatchObject({ refused: "code-locked" });
		expect(hand("o1", code)).toMatchObject({ order: { state: "handed-over" } });
		ready("o2", "654321");
		expect(hand("o2", "654321")).toMatchObject({ order: { state: "handed-over" } });
	});

	it("does not count under a key that head office took back", () => {
		const code = ready("o1");
		own.book.members.endKey(headOffice.kid, noon);
		expect(hand("o1", code)).toMatchObject({ refused: "code-wrong" });
	});

	it("names the order's lines when the goods come back, also after the time for picking up", () => {
		const code = ready("o1", "123456", minutesLater(60));
		hand("o1", code);
		expect(own.do("readReceipt", { code }, minutesLater(500))).toMatchObject({
			store: null,
			order: "o1",
			lines: [{ line: "order/o1/100", sku: "100" }],
		});
		expect(own.do("returnGoods", back({ receipt: code, sku: "100" }))).toEqual({ asked: true, why: "return-asked" });
		expect(own.refused("returnGoods", back({ receipt: code, number: 1 }))).toBe("receipt-line-unclear");
	});
});
