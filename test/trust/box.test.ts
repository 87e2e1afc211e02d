import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { boxKeyFile, boxTrustFile, keepBoxTrust, readBox } from "../../src/trust/box.ts";
import { signKeyList } from "../../src/trust/key-list.ts";
import { makeKey, writeKeyFile } from "../../src/trust/keys.ts";

const [root, paper, line, box] = [makeKey("root"), makeKey("root"), makeKey("line"), makeKey("store")];
const at = "2026-03-29T10:00:00.000Z";
const keyList = signKeyList(
	{
		...{ tenant: "t", version: 3, issuedAt: at, expires: "2027-05-03T10:00:00.000Z" },
		keys: [
			{ kid: line.kid, public: line.public, role: "line", notBefore: at },
			{ kid: paper.kid, public: paper.public, role: "line", notBefore: at, notAfter: "2026-12-01T00:00:00.000Z" },
		],
	},
	root,
);
const roots = { first: root.public, second: paper.public, number: 0 };
const trust = { tenant: "t", store: "s1", roots, keyList, enrolledAt: at };

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function boxWith(kept: unknown): string {
	const data = mkdtempSync(join(tmpdir(), "box-"));
	folders.push(data);
	mkdirSync(join(data, "secrets"));
	chmodSync(join(data, "secrets"), 0o700);
	keepBoxTrust(data, trust);
	writeKeyFile(boxKeyFile(data), box);
	writeFileSync(boxTrustFile(data), JSON.stringify(kept));
	return data;
}

const changed = (change: (kept: any) => void): unknown => {
	const kept = structuredClone(trust);
	change(kept);
	return kept;
};

it("reads what the box keeps of head office", () => {
	expect(readBox(boxWith(trust))).toMatchObject({ ...trust, key: { kid: box.kid, public: box.public } });
});

it.each([
	["no tenant", (kept: any) => delete kept.tenant],
	["a root of another length", (kept: any) => (kept.roots.first = kept.roots.first.slice(1))],
	["a root that is a list", (kept: any) => (kept.roots.second = [kept.roots.second])],
	["a key under another key's name", (kept: any) => (kept.keyList.keys[0].kid = kept.keyList.keys[1].kid)],
	["a key of an unknown role", (kept: any) => (kept.keyList.keys[0].role = "root")],
	["a key that begins on no day", (kept: any) => (kept.keyList.keys[0].notBefore = "2026-02-30T00:00:00.000Z")],
	["a key that ends on no day", (kept: any) => (kept.keyList.keys[1].notAfter = "2026-02-30T00:00:00.000Z")],
	["a key that ends at null", (kept: any) => (kept.keyList.keys[1].notAfter = null)],
	["no keys", (kept: any) => (kept.keyList.keys = [])],
	["a list in another shape", (kept: any) => (kept.keyList.keys = { length: 1 })],
	["half a version", (kept: any) => (kept.keyList.version = 2.5)],
	["version 0", (kept: any) => (kept.keyList.version = 0)],
	["a cut signature", (kept: any) => (kept.keyList.sig = kept.keyList.sig.slice(1))],
	["a tenant without a name in the list", (kept: any) => (kept.keyList.tenant = "")],
	["a negative number of successors", (kept: any) => (kept.roots.number = -1)],
	["a time that is none", (kept: any) => (kept.enrolledAt = "yesterday")],
])("a file with %s stops the start", (_, change) => {
	expect(() => readBox(boxWith(changed(change)))).toThrow(/trust\.json/);
});

it.each([
	["a time without milliseconds", (kept: any) => (kept.enrolledAt = "2026-03-29T10:00:00Z")],
	["a member of a later build", (kept: any) => (kept.keyList.later = 1)],
	["no number of successors", (kept: any) => delete kept.roots.number],
	["a store's key in the list", (kept: any) => Object.assign(kept.keyList.keys[1], { role: "store", store: "s2" })],
])("a file with %s is read", (_, change) => {
	const read = readBox(boxWith(changed(change)));
	expect(read).toMatchObject({ store: "s1", roots, keyList: { version: 3 } });
	expect(read?.keyList).not.toHaveProperty("later");
});
