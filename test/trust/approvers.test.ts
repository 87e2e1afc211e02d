import { createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Approval, challengeOf, checkApprovers, isApproved, releaseOf, signApprovers, termsOf } from "../../src/trust/approvers.ts";
import { makeKey } from "../../src/trust/keys.ts";
import { authenticator } from "../support/authenticator.ts";

const [root, thief] = [makeKey("root"), makeKey("root")];
const site = "hq.shops.example";
const vera = authenticator(() => `https://${site}`);
const keyOf = (of: ReturnType<typeof authenticator>, person = "vera") => ({
	...{ id: of.id, person, site, alg: "ES256" as const },
	public: createPublicKey(of.privateKey).export({ type: "spki", format: "der" }).toString("base64url"),
});
const said = { tenant: "t", version: 2, issuedAt: "2026-01-01T00:00:00.000Z", demanded: true, keys: [keyOf(vera)] };
const list = signApprovers(said, root);

describe("a list of approvers", () => {
	const check = (received: unknown, current?: typeof list, tenant = "t") =>
		checkApprovers(received, { tenant, roots: [root.public], current });
	it("counts when a root signed it for this tenant, and is newer", () => {
		expect(check(list)).toEqual(list);
		expect(check(signApprovers({ ...said, version: 3 }, root), list)).toMatchObject({ version: 3 });
	});
	it("is refused from anybody else, changed, for another tenant, or older", () => {
		expect(check(signApprovers(said, thief))).toBe("approvers-forged");
		expect(check({ ...list, demanded: false })).toBe("approvers-forged");
		expect(check(list, undefined, "other")).toBe("approvers-malformed");
		for (const broken of [null, 7, {}, { ...list, keys: "x" }]) expect(check(broken)).toBe("approvers-malformed");
		expect(check(list, list)).toBe("approvers-older");
		expect(check(signApprovers({ ...said, version: 1, demanded: false }, root), list)).toBe("approvers-older");
	});
});

describe("an approval", () => {
	const price = { sku: "a", kind: "regular", amountMinor: 1, currency: "EUR", from: "2026-03-01T00:00:00.000Z", push: "p" };
	const others = Array.from({ length: 6 }, (_, n) => ({ ...price, sku: `b${n}` }));
	const { act, placeOf } = releaseOf("p", "2026-02-28T00:00:00.000Z", [price, ...others].map(termsOf));
	const signed = (lies: Parameters<typeof vera.get>[1] = {}, by = vera, of: object = price): Approval => {
		const { response } = by.get(challengeOf("t", act), { rpId: site, ...lies });
		return { act, assertion: { id: by.id, ...response }, ...placeOf(termsOf(of))! };
	};
	const counts = (of: object, approval: unknown, by = list, tenant = "t") => isApproved(of as { push?: string }, approval, tenant, by);

	it("counts for each price that was signed, whatever version it got and whatever follows from it", () => {
		expect(counts({ ...price, version: 77, unitPrice: { amountMinor: 2, per: "kg" } }, signed())).toBe(true);
		for (const other of others) expect(counts(other, signed({}, vera, other))).toBe(true);
	});
	it("counts for no other terms", () => {
		const changed = [{ amountMinor: 2 }, { sku: "c" }, { from: "2026-03-02T00:00:00.000Z" }, { until: "2027-01-01T00:00:00.000Z" }];
		for (const change of [...changed, { push: "q" }, { tier: "gold" }, { currency: "USD" }, { kind: "promotion" }])
			expect(counts({ ...price, ...change }, signed()), JSON.stringify(change)).toBe(false);
		expect(counts(price, signed({}, vera, others[0]))).toBe(false);
	});
	it("counts for a price that was ended earlier since, never later", () => {
		const ended = (until: string) => ({ ...price, until });
		expect(counts(ended("2026-04-01T00:00:00.000Z"), { ...signed(), until: null })).toBe(true);
		expect(counts(price, { ...signed(), until: null })).toBe(true);
		expect(counts(price, { ...signed(), until: "2026-05-01T00:00:00.000Z" })).toBe(false);
		expect(counts(ended("2026-04-01T00:00:00.000Z"), { ...signed(), until: "2026-05-01T00:00:00.000Z" })).toBe(false);
	});
	it.each<[string, Approval]>([
		["another key under this one's name", signed({ by: authenticator(() => "") })],
		["another page", signed({ origin: "https://evil.example" })],
		["a page without TLS", signed({ origin: `http://${site}` })],
		["a page whose name begins like it", signed({ origin: `https://${site}.evil.example` })],
		["a key of another site", signed({ rpId: "evil.example" })],
		["nobody was there", signed({ flags: 0x00 })],
		["nobody proved to be the right one", signed({ flags: 0x01 })],
		["the making of a key", signed({ type: "webauthn.create" })],
		[
			"a key that is not listed",
			signed(
				{},
				authenticator(() => `https://${site}`),
			),
		],
		["another act", { ...signed(), act: { ...act, push: "q" } }],
		["a fuller tree", { ...signed(), act: { ...act, count: act.count + 1 } }],
		["another proof", { ...signed(), proof: signed({}, vera, others[0]).proof }],
	])("counts not with %s", (_, approval) => expect(counts(price, approval)).toBe(false));
	it("counts not for another tenant, nor malformed, nor once its person is no approver any more", () => {
		expect(counts(price, signed(), list, "other")).toBe(false);
		for (const broken of [undefined, null, 7, {}, { ...signed(), assertion: {} }, { ...signed(), leaf: -1 }])
			expect(counts(price, broken)).toBe(false);
		expect(counts(price, signed(), { ...list, keys: [] })).toBe(false);
	});
});
