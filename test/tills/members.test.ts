import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MemberPayload, makeMemberCode } from "../../src/words/members/member-code.ts";
import { fromHq, noon, openTestStore, type TestStore } from "../support/store.ts";

const seconds = Date.parse(noon) / 1_000;
let store: TestStore;
let headOffice: KeyObject;

const keyPair = () => {
	const { publicKey, privateKey } = generateKeyPairSync("ed25519");
	return { privateKey, text: publicKey.export({ format: "jwk" }).x! };
};
let nonces = 0;
const codeOf = (more: Partial<MemberPayload> = {}, key = headOffice): string =>
	makeMemberCode(
		{ pseudonym: "p-000001", tier: "gold", iat: seconds, exp: seconds + 120, nonce: `nonce-${1_000 + nonces++}`, ...more },
		key,
	);
const facts = () => store.book.events.after(0, 100).filter((event) => event.type === "member.presented");

beforeEach(() => {
	store = openTestStore();
	const { privateKey, text } = keyPair();
	headOffice = privateKey;
	fromHq(store, "stock", [{ type: "member-key", key: { kid: "key-1", public: text, since: noon } }]);
});
afterEach(() => store.close());

describe("a member's code at the till", () => {
	it("names the pseudonym and the tier, and the fact holds no more than that", () => {
		const code = codeOf();
		expect(store.do("presentMember", { code, till: "till-1" })).toEqual({ pseudonym: "p-000001", tier: "gold", timeChecked: true });
		expect(facts()).toMatchObject([{ member: "p-000001", tier: "gold", timeChecked: true, till: "till-1" }]);
		for (const part of code.split(".").slice(1))
			for (const file of ["ledger.db", "ledger.db-wal"]) expect(readFileSync(join(store.directory, file)).includes(part)).toBe(false);
	});

	it("counts once: the second time it is refused, also after a restart", () => {
		const code = codeOf();
		store.do("presentMember", { code });
		expect(store.refused("presentMember", { code })).toBe("member-code-used");
		store.reopen();
		expect(store.refused("presentMember", { code })).toBe("member-code-used");
		expect(facts()).toHaveLength(1);
	});

	it("is answered as before when the till asks again under its own id, because it heard no answer", () => {
		const code = codeOf();
		const first = store.do("presentMember", { code, id: "ask-1" });
		expect(store.do("presentMember", { code, id: "ask-1" })).toEqual(first);
		expect(store.refused("presentMember", { code, id: "ask-2" })).toBe("member-code-used");
		expect(facts()).toHaveLength(1);
	});

	it("is refused when it is over, not valid yet, or counts for longer than two minutes", () => {
		expect(store.refused("presentMember", { code: codeOf({ iat: seconds - 120, exp: seconds }) })).toBe("member-code-expired");
		expect(store.refused("presentMember", { code: codeOf({ iat: seconds + 31, exp: seconds + 120 }) })).toBe("member-code-early");
		expect(store.refused("presentMember", { code: codeOf({ exp: seconds + 121 }) })).toBe("member-code-too-long");
		expect(store.refused("presentMember", { code: codeOf({ exp: seconds - 1 }) })).toBe("member-code-too-long");
		expect(facts()).toEqual([]);
	});

	it("is refused when somebody else signed it, or one sign of it was changed", () => {
		expect(store.refused("presentMember", { code: codeOf({}, keyPair().privateKey) })).toBe("member-code-forged");
		const [form, payload, signature] = codeOf().split(".") as [string, string, string];
		const dearer = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), tier: "platinum" }));
		expect(store.refused("presentMember", { code: `${form}.${dearer.toString("base64url")}.${signature}` })).toBe("member-code-forged");
		for (const bad of [
			"",
			"GM1",
			"GM1..",
			"GM2.x.y",
			`${form}.${payload}`,
			`${form}.${payload}.${signature}=`,
			`${form}.${payload}.${signature}A`,
		])
			expect(store.refused("presentMember", { code: bad })).toBe("member-code-unreadable");
		expect(facts()).toEqual([]);
	});

	it("is refused in a sentence of its own while head office has told the store no key", () => {
		const other = openTestStore();
		expect(other.refused("presentMember", { code: codeOf() })).toBe("member-keys-missing");
		other.close();
	});

	it("is judged by signature and replay alone while the box does not know the time, and the fact says so", () => {
		const code = codeOf({ iat: seconds - 4_000, exp: seconds - 3_900 });
		store.guessing("presentMember", { code }, noon);
		expect(facts()).toMatchObject([{ timeChecked: false, quality: "guess" }]);
		store.guessing("presentMember", { code }, noon);
		expect(facts()).toHaveLength(1);
	});

	it("leaves no trace of itself when it is scanned where goods belong", () => {
		const code = codeOf();
		store.do("recordScans", {
			scans: [{ device: "scanner-1", code, symbologySource: "guess", raw: Buffer.from(code).toString("base64") }],
		});
		const scan = store.book.events.after(0, 100).find((event) => event.type === "article.scanned")!;
		expect(scan).toMatchObject({ code: "GM1.***", sku: null });
		expect(JSON.stringify(scan)).not.toContain(code.split(".")[1]);
		expect(store.do("presentMember", { code })).toMatchObject({ tier: "gold" });
	});

	it("is still believed under an older key after head office told a newer one", () => {
		fromHq(store, "stock", [{ type: "member-key", key: { kid: "key-2", public: keyPair().text, since: noon } }]);
		expect(store.do("presentMember", { code: codeOf() })).toMatchObject({ pseudonym: "p-000001" });
		const again = { type: "member-key", key: { kid: "key-2", public: keyPair().text, since: noon } };
		expect(fromHq(store, "stock", [again]).rejected).toMatchObject([{ code: "member-key-differs" }]);
	});
});
