import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyOfText, keyText, kidOf, makeKey, publicKeyOf, readKeyFile, writeKeyFile } from "../../src/trust/keys.ts";
import { domains, isSignedBy, signStatement } from "../../src/trust/signing.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "keys-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a key file", () => {
	it("is for its owner alone, read again as it was, and never written over", () => {
		const file = join(folder, "line.key");
		const key = makeKey("line");
		writeKeyFile(file, key);
		expect(statSync(file).mode & 0o777).toBe(0o600);
		const again = readKeyFile(file, "line");
		expect([again.kid, again.public]).toEqual([key.kid, key.public]);
		expect(() => writeKeyFile(file, makeKey("line"))).toThrow("EEXIST");
		expect(() => readKeyFile(file, "root")).toThrow("a root key is needed");
	});

	it("that others can read is refused", () => {
		const file = join(folder, "line.key");
		writeKeyFile(file, makeKey("line"));
		chmodSync(file, 0o644);
		expect(() => readKeyFile(file, "line")).toThrow("chmod 600");
	});

	it("of two halves of different keys, or of something else, is refused", () => {
		const [a, b] = [JSON.parse(keyText(makeKey("line"))), JSON.parse(keyText(makeKey("line")))];
		for (const bad of [{ ...a, public: b.public }, { ...a, private: b.private }, { ...a, kid: b.kid }, { ...a, gondola: "key/2" }, {}])
			expect(() => keyOfText(JSON.stringify(bad), "it")).toThrow();
		writeFileSync(join(folder, "x"), "-----BEGIN PRIVATE KEY-----", { mode: 0o600 });
		expect(() => readKeyFile(join(folder, "x"), "line")).toThrow("is not a key of Gondola");
		expect(readFileSync(join(folder, "x"), "utf8")).toContain("BEGIN");
	});
});

describe("a signature", () => {
	const key = makeKey("line");
	const statement = { b: 1, a: [{ "\u20ac": "x" }], n: 1e21 };
	const signed = signStatement("gondola/seal/1", { store: "0117" }, statement, key);

	it("holds whatever the order of the members, after a trip through JSON", () => {
		const { kid, sig, ...rest } = JSON.parse(JSON.stringify(signed));
		const turned = Object.fromEntries([["sig", sig], ...Object.entries(rest).reverse(), ["kid", kid]]);
		expect(isSignedBy("gondola/seal/1", { store: "0117" }, turned, key.public)).toBe(true);
	});

	it("stands for nothing in any other domain", () => {
		for (const domain of domains) expect(isSignedBy(domain, { store: "0117" }, signed, key.public)).toBe(domain === "gondola/seal/1");
	});

	it("does not hold for another store, another member, another key or another name of the key", () => {
		const holds = (more: object, context: object = { store: "0117" }, publicText = key.public) =>
			isSignedBy("gondola/seal/1", context, { ...signed, ...more }, publicText);
		expect(holds({})).toBe(true);
		expect(holds({ b: 2 })).toBe(false);
		expect(holds({ more: true })).toBe(false);
		expect(holds({}, { store: "0118" })).toBe(false);
		expect(holds({}, {})).toBe(false);
		const other = makeKey("line");
		expect(holds({}, undefined, other.public)).toBe(false);
		expect(holds({ kid: other.kid })).toBe(false);
		expect(holds({ sig: signed.sig.replace(/^./, (sign) => (sign === "A" ? "B" : "A")) })).toBe(false);
		for (const sig of [undefined, null, 7, "", "A".repeat(86), `${signed.sig}=`, {}]) expect(holds({ sig })).toBe(false);
		for (const text of ["", "short", "A".repeat(43), `${key.public}=`]) expect(holds({}, undefined, text)).toBe(false);
	});

	it("cannot be made over what JSON cannot say", () => {
		expect(() => signStatement("gondola/seal/1", {}, { a: Number.NaN }, key)).toThrow(TypeError);
		expect(() => signStatement("gondola/seal/1", {}, { a: "\ud800" }, key)).toThrow(TypeError);
	});

	it("is by a key whose name follows from its public half", () => {
		expect(kidOf(key.public)).toBe(key.kid);
		expect(key.kid).toHaveLength(16);
		expect(publicKeyOf(key.public)).toBeDefined();
	});
});
