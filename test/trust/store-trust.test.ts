import { describe, expect, it } from "vitest";
import { signKeyList } from "../../src/trust/key-list.ts";
import { makeKey } from "../../src/trust/keys.ts";
import { sealRecords } from "../../src/trust/seal.ts";
import { openStoreTrust } from "../../src/trust/store-trust.ts";
import { canonicalText } from "../../src/words/basics/canonical-text.ts";

const at = "2026-03-01T08:00:00.000Z";
const now = Date.parse(at) + 60_000;
const hourMs = 3_600_000;
const [root, second, line] = [makeKey("root"), makeKey("root"), makeKey("line")];
const text = canonicalText({ type: "price", price: { sku: "1000", version: 1, amountMinor: 249 } });

const trust = openStoreTrust(
	{
		tenant: "main",
		store: "0117",
		roots: { first: root.public, second: second.public, number: 0 },
		keyList: signKeyList(
			{
				tenant: "main",
				version: 1,
				issuedAt: at,
				expires: new Date(now + 3 * hourMs).toISOString(),
				keys: [{ kid: line.kid, public: line.public, role: "line", notBefore: at }],
			},
			root,
		),
		enrolledAt: at,
		key: makeKey("store"),
	},
	() => {},
);
const run = (notAfter?: string) => {
	const body = { id: `push ${notAfter}`, tenant: "main", kind: "push" as const, audience: { stores: ["0117"] }, at };
	const { seal, prove } = sealRecords({ ...body, ...(notAfter && { notAfter }) }, [text], line);
	return { seal: JSON.parse(JSON.stringify(seal)) as unknown, leaf: 0, proof: prove(0, 1) };
};

describe("a seal that a store has checked before", () => {
	it("is refused once its own time has passed", () => {
		const sealed = run(new Date(now + hourMs).toISOString());
		expect(trust.runRefusal(sealed, [text], now)).toBeUndefined();
		expect(trust.runRefusal(sealed, [text], now + 2 * hourMs)).toBe("seal-over");
	});
	it("is refused once the list of head office's keys has expired", () => {
		const sealed = run();
		expect(trust.runRefusal(sealed, [text], now)).toBeUndefined();
		expect(trust.runRefusal(sealed, [text], now + 4 * hourMs)).toBe("key-list-expired");
	});
});
