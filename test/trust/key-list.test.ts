import { describe, expect, it } from "vitest";
import { checkKeyList, type KeyList, lineKeyFor, rootsDigest, rotated, signKeyList } from "../../src/trust/key-list.ts";
import { makeKey } from "../../src/trust/keys.ts";
import { type Roots, ripened, signSuccessor, takeSuccessor } from "../../src/trust/roots.ts";

const at = "2026-03-01T08:00:00.000Z";
const now = Date.parse(at);
const days = 86_400_000;
const [first, second, thief] = [makeKey("root"), makeKey("root"), makeKey("root")];
const line = makeKey("line");
const draft = (version: number, more: object = {}) => ({
	tenant: "main",
	version,
	issuedAt: at,
	expires: new Date(now + 400 * days).toISOString(),
	keys: [{ kid: line.kid, public: line.public, role: "line" as const, notBefore: at }],
	...more,
});
const list = (version: number, more: object = {}, root = first): KeyList => signKeyList(draft(version, more), root);
const roots = [first.public, second.public];
const check = { tenant: "main", roots, current: list(5), now };

describe("a key list", () => {
	it("is taken when it is newer, from either root", () => {
		expect(checkKeyList(list(6), check)).toMatchObject({ kind: "newer", list: { version: 6 } });
		expect(checkKeyList(list(1_005, {}, second), check).kind).toBe("newer");
		expect(checkKeyList(list(1), { ...check, current: undefined }).kind).toBe("newer");
		expect(checkKeyList(list(5), check).kind).toBe("same");
		expect(checkKeyList(list(5, {}, second), check).kind).toBe("same");
	});

	const foreign = makeKey("line");
	it.each([
		["older", list(4), "key-list-older"],
		[
			"of the same version and other keys",
			list(5, { keys: [{ kid: foreign.kid, public: foreign.public, role: "line", notBefore: at }] }),
			"key-list-fork",
		],
		["more than a thousand ahead", list(1_006), "key-list-jump"],
		["signed by a line key", list(6, {}, line), "key-list-forged"],
		["signed by a stranger", list(6, {}, thief), "key-list-forged"],
		["changed after it was signed", { ...list(6), expires: new Date(now + 900 * days).toISOString() }, "key-list-forged"],
		["of another tenant", list(6, { tenant: "other" }), "key-list-tenant"],
		["expired", list(6, { expires: at }), "key-list-expired"],
		[
			"with a key under another's name",
			list(6, { keys: [{ kid: foreign.kid, public: line.public, role: "line", notBefore: at }] }),
			"key-list-malformed",
		],
		["without keys", list(6, { keys: [] }), "key-list-malformed"],
		["nothing", undefined, "key-list-malformed"],
	])("that is %s is refused", (_, received, code) => {
		expect(checkKeyList(received, check)).toEqual({ kind: "refused", code });
	});

	it("that has expired is taken while the clock is a guess: it may be the newest there is", () => {
		expect(checkKeyList(list(6, { expires: at }), { ...check, now: undefined }).kind).toBe("newer");
	});

	it("keeps keys of stores and roots from sealing", () => {
		const keys = [{ kid: line.kid, public: line.public, role: "store" as const, store: "0117", notBefore: at }];
		expect(lineKeyFor(list(6, { keys }), line.kid, now)).toEqual({ refused: "key-unknown" });
	});

	it("rotates with thirty days of two keys, again and again", () => {
		const [b, c] = [makeKey("line"), makeKey("line")];
		const second = rotated(list(5), b, now);
		expect(second.version).toBe(6);
		expect(second.keys.map(({ notAfter }) => notAfter)).toEqual([new Date(now + 30 * days).toISOString(), undefined]);
		const third = rotated({ ...second, kid: "", sig: "" }, c, now + 10 * days);
		expect(third.keys.map(({ notAfter }) => notAfter)).toEqual([
			new Date(now + 30 * days).toISOString(),
			new Date(now + 40 * days).toISOString(),
			undefined,
		]);
	});

	it("is under roots whose digest an enrolment code carries, in their order", () => {
		expect(rootsDigest(roots)).toMatch(/^[0-9a-f]{64}$/);
		expect(rootsDigest(roots)).not.toBe(rootsDigest([...roots].reverse()));
	});
});

describe("roots", () => {
	const start: Roots = { first: first.public, second: second.public, number: 0 };
	const fresh = makeKey("root");
	const successor = (replaces: "first" | "second", by = second, more: object = {}) => {
		const retires = replaces === "first" ? first.public : second.public;
		return signSuccessor({ tenant: "main", number: 1, replaces, retires, successor: fresh.public, at, ...more }, by);
	};

	it("the lost first one is replaced by the second at once, without a visit to the store", () => {
		const answer = takeSuccessor(start, successor("first"), "main", now);
		expect(answer).toEqual({ kind: "taken", roots: { first: fresh.public, second: second.public, number: 1 } });
		const { roots } = answer as { roots: Roots };
		expect(checkKeyList(list(6, {}, fresh), { ...check, roots: [roots.first, roots.second] }).kind).toBe("newer");
		expect(checkKeyList(list(6, {}, first), { ...check, roots: [roots.first, roots.second] })).toMatchObject({ code: "key-list-forged" });
	});

	it("the lost second one is replaced by the first after fourteen days", () => {
		const answer = takeSuccessor(start, successor("second", first), "main", now) as { kind: string; roots: Roots };
		expect(answer.kind).toBe("waits");
		expect(ripened(answer.roots, now + 14 * days - 1).second).toBe(second.public);
		expect(ripened(answer.roots, now + 14 * days)).toEqual({ first: first.public, second: fresh.public, number: 1 });
	});

	it("who stole the first one loses against the second", () => {
		const stolen = takeSuccessor(start, successor("second", first, { successor: thief.public }), "main", now) as { roots: Roots };
		const own = signSuccessor(
			{ tenant: "main", number: 900, replaces: "first", retires: first.public, successor: thief.public, at },
			first,
		);
		const worse = takeSuccessor(stolen.roots, own, "main", now) as { roots: Roots };
		expect(worse.roots.first).toBe(thief.public);
		const rescue = signSuccessor(
			{ tenant: "main", number: 1, replaces: "first", retires: thief.public, successor: fresh.public, at },
			second,
		);
		const saved = takeSuccessor(worse.roots, rescue, "main", now) as { kind: string; roots: Roots };
		expect(saved).toEqual({ kind: "taken", roots: { first: fresh.public, second: second.public, number: 900 } });
		expect(ripened(saved.roots, now + 99 * days).second).toBe(second.public);
	});

	it.each([
		["by a stranger", successor("first", thief), "successor-forged"],
		["by a line key", successor("first", line), "successor-forged"],
		["of another tenant", successor("first", second, { tenant: "other" }), "successor-tenant"],
		["of a root that is not ours", successor("first", second, { retires: thief.public }), "successor-of-other"],
		["changed", { ...successor("first"), successor: thief.public }, "successor-forged"],
		["by the first again", successor("first", first, { number: 0 }), "successor-malformed"],
		["nothing", 7, "successor-malformed"],
	])("take no successor %s", (_, received, code) => {
		expect(takeSuccessor(start, received, "main", now)).toEqual({ kind: "refused", code });
	});

	it("take a number of the first only once", () => {
		expect(takeSuccessor({ ...start, number: 1 }, successor("first", first), "main", now)).toEqual({
			kind: "refused",
			code: "successor-older",
		});
	});
});
