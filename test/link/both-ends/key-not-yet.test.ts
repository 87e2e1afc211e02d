import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { alarmInWords } from "../../../src/daemon/alarm-words.ts";
import { pack } from "../../../src/link/protocol/envelope.ts";
import { type Cmd } from "../../../src/link/protocol/messages.ts";
import { begunNow, type KeyList, signKeyList } from "../../../src/trust/key-list.ts";
import { makeKey } from "../../../src/trust/keys.ts";
import { signStatement } from "../../../src/trust/signing.ts";
import { openStoreTrust } from "../../../src/trust/store-trust.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const root = mkdtempSync(join(tmpdir(), "gondola-not-yet-"));
const [first, second, line, thief, boxKey] = [makeKey("root"), makeKey("root"), makeKey("line"), makeKey("line"), makeKey("store")];
/** Head office's clock was years ahead at its first start. */
const notBefore = "2090-01-01T00:00:00.000Z";
const keys = [{ kid: line.kid, public: line.public, role: "line" as const, notBefore }];
const early = signKeyList({ tenant: "t", version: 1, issuedAt: notBefore, expires: "2099-01-01T00:00:00.000Z", keys }, first);
let list: KeyList = early;
let pair: Pair;
let box: Box;

beforeAll(async () => {
	pair = await openPair("s1", undefined, {
		signer: () => line,
		hq: {
			tenant: "t",
			trustForMs: 8 * 86_400_000,
			sign: (domain, store, statement) => signStatement(domain, { tenant: "t", store }, statement, line),
			signLeap: (store, batch) => signStatement("gondola/leap/1", { tenant: "t", store }, batch, line),
			list: () => list,
			successors: () => [],
		},
		store: (store) =>
			openStoreTrust(
				{
					...{ tenant: "t", store, keyList: early, enrolledAt: notBefore, key: boxKey },
					roots: { first: first.public, second: second.public, number: 0 },
				},
				() => {},
			),
	});
	await pair.db.query("INSERT INTO store_key (kid, store, public, inc, enrolled_at) VALUES ($1, 's1', $2, 1, $3)", [
		boxKey.kid,
		boxKey.public,
		notBefore,
	]);
	const article = { name: "Milk" };
	const changes = [{ sku: "milk", amountMinor: 100, currency: "EUR", kind: "regular" as const, article }];
	await pair.hq.acceptPush({ id: "monday", stores: "all", rejected: [], changes });
	box = pair.box(join(root, "s1"));
}, 120_000);
afterAll(async () => {
	await pair.close();
	rmSync(root, { recursive: true, force: true });
});

const alarm = (code: string) => box.writer.book.alarms.list().find(({ id, clearedAt }) => id === `${code}:hq` && clearedAt === null);

it("head office's clock was ahead at its first start: the store says that, calls nobody a forger, and goes on once the key is dated anew", async () => {
	await eventually(async () => expect(alarm("hq-key-not-yet")).toMatchObject({ level: "YELLOW" }));
	expect(alarm("hq-forged")).toBeUndefined();
	expect(box.end.status().refusedWords).toEqual({ "not-yet": expect.any(Number) });
	for (const language of ["en", "zh-CN"] as const) expect(alarmInWords(alarm("hq-key-not-yet"), language).what).not.toContain("hq-key");

	// Whoever forges under that key's name is a forger all the same.
	const command: Cmd = { id: "x", name: "ping", args: {}, ttlMs: 60_000, at: new Date().toISOString() };
	const forged = { ...signStatement("gondola/command/1", { tenant: "t", store: "s1" }, command, thief), kid: line.kid };
	box.end.arrived("cmd", pack(forged));
	await eventually(async () => expect(alarm("hq-forged")).toMatchObject({ level: "RED" }));
	expect(box.end.status().refusedWords).toMatchObject({ "another-key": 1 });
	expect(alarmInWords(alarm("hq-forged"), "en").what).toContain("not head office's");

	list = signKeyList(begunNow(early, Date.now()), first);
	await eventually(
		async () => {
			box.do("activateDue", {});
			expect(box.writer.book.prices.winning("milk", new Date().toISOString())?.amountMinor).toBe(100);
			expect(alarm("hq-key-not-yet")).toBeUndefined();
		},
		60_000,
		50,
	);
}, 120_000);
