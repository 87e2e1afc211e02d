import { describe, expect, it } from "vitest";
import { type KeyList, rotated, signKeyList } from "../../src/trust/key-list.ts";
import { makeKey } from "../../src/trust/keys.ts";
import { type Audience, isSealedRun, proveAgain, type Seal, sealRecords, sealRefusal, takeBackRefusal } from "../../src/trust/seal.ts";
import { canonicalText } from "../../src/words/basics/canonical-text.ts";

const at = "2026-03-01T08:00:00.000Z";
const now = Date.parse(at) + 60_000;
const days = 86_400_000;
const root = makeKey("root");
const line = makeKey("line");
const list: KeyList = signKeyList(
	{
		tenant: "main",
		version: 3,
		issuedAt: at,
		expires: new Date(now + 400 * days).toISOString(),
		keys: [{ kid: line.kid, public: line.public, role: "line", notBefore: at }],
	},
	root,
);
const records = Array.from({ length: 7 }, (_, n) => ({ type: "price", price: { sku: `${1000 + n}`, version: n + 1, amountMinor: 249 } }));
const texts = records.map(canonicalText);
const audience: Audience = { stores: ["0117", "0118"] };
const sealed = (more: Partial<Seal> = {}, key = line) =>
	sealRecords({ id: "push-1", tenant: "main", kind: "push", audience, at, ...more }, texts, key);
const check = { tenant: "main", store: "0117", groups: {}, list, now };

describe("a seal", () => {
	it("is good for the stores it names, and after a trip through JSON", () => {
		const { seal, prove } = sealed();
		const received = JSON.parse(JSON.stringify(seal));
		expect(sealRefusal(received, check)).toBeUndefined();
		expect(sealRefusal(received, { ...check, store: "0118" })).toBeUndefined();
		expect(isSealedRun(seal, 2, texts.slice(2, 5), prove(2, 5))).toBe(true);
		expect(proveAgain(seal, texts)?.(2, 5)).toBe(prove(2, 5));
		expect(proveAgain(seal, texts.slice(1))).toBeUndefined();
	});

	it.each([
		["another store", sealed().seal, { store: "0119" }, "seal-audience"],
		["another tenant", sealed().seal, { tenant: "other" }, "seal-tenant"],
		["an audience made wider", { ...sealed().seal, audience: { stores: ["0117", "0119"] } }, {}, "seal-forged"],
		["a kind changed", { ...sealed().seal, kind: "snapshot" }, {}, "seal-forged"],
		["a root exchanged", { ...sealed().seal, root: "0".repeat(64) }, {}, "seal-forged"],
		["a count changed", { ...sealed().seal, count: 8 }, {}, "seal-forged"],
		["a member added", { ...sealed().seal, approved: { author: "a", approver: "b", at } }, {}, "seal-forged"],
		["a key that is in no list", sealed({}, makeKey("line")).seal, {}, "key-unknown"],
		["a root's own key", sealed({}, root).seal, {}, "key-unknown"],
		["the name of the right key over another's signature", { ...sealed({}, makeKey("line")).seal, kid: line.kid }, {}, "seal-forged"],
		["a time after which nobody takes it", sealed({ notAfter: new Date(now).toISOString() }).seal, {}, "seal-over"],
		["a time before its key", sealed({ at: "2026-02-01T00:00:00.000Z" }).seal, {}, "key-not-yet"],
		["a list that has expired", sealed().seal, { now: now + 401 * days }, "key-list-expired"],
		["no signature", { ...sealed().seal, sig: undefined }, {}, "seal-malformed"],
		["an empty audience", { ...sealed().seal, audience: { stores: [] } }, {}, "seal-malformed"],
		["nothing at all", null, {}, "seal-malformed"],
	])("with %s is refused", (_, seal, more, code) => {
		expect(sealRefusal(seal, { ...check, ...more })).toBe(code);
	});

	it("for a group is good for its members, at a version they know", () => {
		const { seal } = sealed({ audience: { group: "north", version: 4 } });
		expect(sealRefusal(seal, { ...check, groups: { north: 4 } })).toBeUndefined();
		expect(sealRefusal(seal, { ...check, groups: { north: 5 } })).toBeUndefined();
		expect(sealRefusal(seal, { ...check, groups: { north: 3 } })).toBe("seal-group-unknown");
		expect(sealRefusal(seal, { ...check, groups: { south: 4 } })).toBe("seal-audience");
		expect(sealRefusal(sealed({ audience: { group: "constructor", version: 1 } }).seal, check)).toBe("seal-audience");
	});

	it("that was accepted stays good when its list and its time have passed, and with a clock that guesses", () => {
		const { now: _, ...noClock } = check;
		expect(sealRefusal(sealed({ notAfter: new Date(now).toISOString() }).seal, noClock)).toBeUndefined();
	});

	it("proves no other records, no other order, no records of another seal", () => {
		const { seal, prove } = sealed();
		const other = sealRecords({ id: "push-2", tenant: "main", kind: "push", audience, at }, [...texts].reverse(), line);
		expect(isSealedRun(seal, 2, [texts[3]!, texts[2]!, texts[4]!], prove(2, 5))).toBe(false);
		expect(isSealedRun(seal, 1, texts.slice(2, 5), prove(2, 5))).toBe(false);
		expect(isSealedRun(seal, 2, [texts[2]!.replace("249", "1"), ...texts.slice(3, 5)], prove(2, 5))).toBe(false);
		expect(isSealedRun(seal, 2, texts.slice(2, 4), prove(2, 5))).toBe(false);
		expect(isSealedRun(other.seal, 2, texts.slice(2, 5), prove(2, 5))).toBe(false);
		expect(isSealedRun(seal, 2, texts.slice(2, 5), other.prove(2, 5))).toBe(false);
	});

	it("outlives the rotation of its key by the overlap, and new words of the old key end with it", () => {
		const fresh = makeKey("line");
		const next = signKeyList(rotated(list, fresh, now), root);
		const later = { ...check, list: next, now: now + 60 * days };
		expect(sealRefusal(sealed().seal, later)).toBeUndefined();
		expect(sealRefusal(sealed({ at: new Date(now + 29 * days).toISOString() }).seal, later)).toBeUndefined();
		expect(sealRefusal(sealed({ at: new Date(now + 31 * days).toISOString() }).seal, later)).toBe("key-ended");
		expect(sealRefusal(sealed({ at: new Date(now + 31 * days).toISOString() }, fresh).seal, later)).toBeUndefined();
	});
});

describe("learning back from a store", () => {
	const { seal, prove } = sealed();
	const back = { seal, from: 2, records: records.slice(2, 5), proof: prove(2, 5) };

	it("takes what head office's own key sealed for that store", () => {
		expect(takeBackRefusal(back, check)).toBeUndefined();
	});

	it("takes nothing that a store made up, changed, or was never told", () => {
		const { now: _, ...noClock } = check;
		const store = makeKey("store");
		const cheap = [{ type: "price", price: { sku: "1000", version: 99, amountMinor: 1 } }];
		const own = sealRecords({ id: "p", tenant: "main", kind: "push", audience, at }, cheap.map(canonicalText), store);
		expect(takeBackRefusal({ seal: own.seal, from: 0, records: cheap, proof: own.prove(0, 1) }, noClock)).toBe("key-unknown");
		expect(takeBackRefusal({ ...back, records: [cheap[0], ...back.records.slice(1)] }, noClock)).toBe("seal-proof");
		expect(takeBackRefusal({ ...back, seal: { ...seal, audience: { stores: ["0117", "0119"] } } }, noClock)).toBe("seal-forged");
		expect(takeBackRefusal(back, { ...noClock, store: "0119" })).toBe("seal-audience");
	});
});
