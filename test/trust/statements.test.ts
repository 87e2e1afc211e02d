import { describe, expect, it } from "vitest";
import { signKeyList } from "../../src/trust/key-list.ts";
import { makeKey, type SigningKey } from "../../src/trust/keys.ts";
import { sealRecords } from "../../src/trust/seal.ts";
import { signStatement } from "../../src/trust/signing.ts";
import { commandRefusal, isBatchOf, signBatch, welcomeRefusal } from "../../src/trust/statements.ts";

const at = "2026-03-01T08:00:00.000Z";
const now = Date.parse(at);
const [root, line, box] = [makeKey("root"), makeKey("line"), makeKey("store")];
const expires = "2027-03-01T08:00:00.000Z";
const keys = [{ kid: line.kid, public: line.public, role: "line" as const, notBefore: at }];
const list = signKeyList({ tenant: "main", version: 3, issuedAt: at, expires, keys }, root);
const to = { tenant: "main", store: "0117" };
const welcome = { v: 1, session: "s-1", now: at, trust: { keyList: 3, trustForMs: 1_000, heads: {} } };
const check = { to, session: "s-1", list, now };

const signWelcome = (whom: typeof to, body: object, key: SigningKey) => signStatement("gondola/welcome/1", whom, body, key);
const signCommand = (whom: typeof to, body: object, key: SigningKey) => signStatement("gondola/command/1", whom, body, key);

describe("a welcome", () => {
	const signed = signWelcome(to, welcome, line);

	it("is head office's, for this store and this session", () => {
		expect(welcomeRefusal(JSON.parse(JSON.stringify(signed)), check)).toBeUndefined();
	});

	it.each([
		["unsigned", welcome, {}, "welcome-unsigned"],
		["of an earlier session", signed, { session: "s-2" }, "welcome-session"],
		["of an earlier session under this one's name", { ...signed, session: "s-2" }, { session: "s-2" }, "welcome-forged"],
		["for another store", signed, { to: { ...to, store: "0118" } }, "welcome-forged"],
		["for another tenant", signed, { to: { ...to, tenant: "other" } }, "welcome-forged"],
		["with an incarnation that a broker added", { ...signed, inc: 2 }, {}, "welcome-forged"],
		[
			"with other positions",
			{ ...signed, trust: { ...welcome.trust, heads: { catalog: { epoch: "e", last: 1, hash: "h" } } } },
			{},
			"welcome-forged",
		],
		["by the box itself", signWelcome(to, welcome, box), {}, "key-unknown"],
		["by the root", signWelcome(to, welcome, root), {}, "key-unknown"],
		[
			"that knows only an older key list",
			signWelcome(to, { ...welcome, trust: { ...welcome.trust, keyList: 2 } }, line),
			{},
			"welcome-list-older",
		],
		[
			"a command with the members of a welcome",
			signCommand(to, { ...welcome, id: "1", name: "x", at, ttlMs: 1 }, line),
			{},
			"welcome-forged",
		],
	])("that is %s is refused", (_, received, more, code) => {
		expect(welcomeRefusal(received, { ...check, ...more })).toBe(code);
	});
});

describe("a command", () => {
	const command = { id: "c-1", name: "refresh-label", args: { label: "00A1" }, at, ttlMs: 60_000 };
	const signed = signCommand(to, command, line);

	it("is done in its time, by the store it was said to", () => {
		expect(commandRefusal(signed, { to, list, now })).toBeUndefined();
		expect(commandRefusal(signed, { to, list, now: now + 60_001 })).toBe("command-over");
		expect(commandRefusal(signed, { to: { ...to, store: "0118" }, list, now })).toBe("command-forged");
		expect(commandRefusal({ ...signed, name: "reset" }, { to, list, now })).toBe("command-forged");
		expect(commandRefusal({ ...signed, ttlMs: 1e9 }, { to, list, now })).toBe("command-forged");
		expect(commandRefusal(command, { to, list, now })).toBe("command-unsigned");
		expect(commandRefusal(signWelcome(to, { ...welcome, ...command }, line), { to, list, now })).toBe("command-forged");
	});
});

describe("a batch of facts", () => {
	const batch = { inc: 1, stream: "facts", epoch: "0".repeat(16), from: 31, upTo: 40, hash: "a".repeat(32) };
	const signed = { ...batch, ...signBatch(to, batch, box) };

	it("is the box's own, in its incarnation, for its store", () => {
		expect(isBatchOf(to, signed, box.public)).toBe(true);
		expect(isBatchOf({ ...to, store: "0118" }, signed, box.public)).toBe(false);
		expect(isBatchOf(to, { ...signed, inc: 5_000 }, box.public)).toBe(false);
		expect(isBatchOf(to, { ...signed, leap: { to: 40, hash: batch.hash } }, box.public)).toBe(false);
		expect(isBatchOf(to, { ...signed, from: 1 }, box.public)).toBe(false);
		expect(isBatchOf(to, { ...signed, hash: "b".repeat(32) }, box.public)).toBe(false);
		expect(isBatchOf(to, signed, makeKey("store").public)).toBe(false);
		expect(isBatchOf(to, signed, line.public)).toBe(false);
	});
});

it("one signature of a push of 10,000 records for any number of stores takes little", () => {
	const texts = Array.from({ length: 10_000 }, (_, at) => `{"sku":"${at}"}`);
	const { seal, prove } = sealRecords({ id: "p", tenant: "main", kind: "push", audience: { group: "all", version: 1 }, at }, texts, line);
	expect(seal.count).toBe(10_000);
	expect(JSON.stringify(seal).length).toBeLessThan(500);
	expect(prove(9_800, 10_000).length).toBeLessThan(2 * 14 * 43);
});
