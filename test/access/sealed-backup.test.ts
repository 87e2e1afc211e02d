/** Backups that only the holder of a key can read, and a box that is wiped: the real commands on a real ledger. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeBackupKey, SealTrouble, sealedFor, sealFile, unsealFile } from "../../src/access/box/sealed-file.ts";
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { gondola } from "../support/processes.ts";

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "sealed-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string): string => join(root, name);

describe("a sealed file", () => {
	const key = makeBackupKey();
	const opened = (file: string, secret = key.private): string => {
		unsealFile(file, at("opened"), secret);
		return readFileSync(at("opened"), "latin1");
	};
	const codeOf = (act: () => unknown): string => {
		try {
			act();
		} catch (error) {
			return error instanceof SealTrouble ? error.code : String(error);
		}
		return "taken";
	};

	it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])("of %i bytes comes back as it was, and shows nothing of itself", (bytes) => {
		const text = "price ".repeat(Math.ceil(bytes / 6)).slice(0, bytes);
		writeFileSync(at("plain"), text);
		sealFile(at("plain"), at("sealed"), key.public);
		expect(readFileSync(at("sealed"), "latin1")).not.toContain("price");
		expect(statSync(at("sealed")).mode & 0o777).toBe(0o600);
		expect(sealedFor(at("sealed"))).toBe(key.public);
		expect(opened(at("sealed"))).toBe(text);
	});

	it("opens with no other key, and with no byte changed, missing, added or moved", () => {
		writeFileSync(at("plain"), "x".repeat(200_000));
		sealFile(at("plain"), at("sealed"), key.public);
		expect(codeOf(() => opened(at("sealed"), makeBackupKey().private))).toBe("sealed-otherwise");
		expect(codeOf(() => opened(at("sealed"), key.public))).toBe("key-wrong");
		const whole = readFileSync(at("sealed"));
		const begin = whole.indexOf("}\n") + 2;
		const piece = 65_536 + 16;
		const forged: Buffer[] = [
			...[begin, begin + piece, whole.length - 1].map((spot) => {
				const copy = Buffer.from(whole);
				copy[spot]! ^= 1;
				return copy;
			}),
			whole.subarray(0, -1),
			// Whole chunks only, so that each of those left is right by itself.
			whole.subarray(0, begin + piece),
			whole.subarray(0, begin),
			Buffer.concat([whole, Buffer.from("x")]),
			Buffer.concat([
				whole.subarray(0, begin),
				whole.subarray(begin + piece, begin + 2 * piece),
				whole.subarray(begin, begin + piece),
				whole.subarray(begin + 2 * piece),
			]),
			// The same chunks under another head.
			Buffer.from(
				whole
					.toString("latin1")
					.replace('"ephemeral":"', '"ephemeral":"A')
					.replace(/(.)"}\n/, '"}\n'),
				"latin1",
			),
		];
		for (const [n, bytes] of forged.entries()) {
			writeFileSync(at("forged"), bytes);
			expect([n, codeOf(() => opened(at("forged")))]).toEqual([n, "sealed-damaged"]);
			expect(existsSync(at("opened.part"))).toBe(false);
		}
	});
});

const moment = { wall: "2026-03-02T08:00:00.000Z", quality: "synced" as const, boot: "b", monotonicMs: 1 };
function makeLedger(data: string): void {
	mkdirSync(data, { recursive: true });
	const writer = createWriter(data, flows);
	writer.run([
		{ flow: "setIdentity", args: { store: "0117", tenant: "main", locale: "en", timeZone: "Europe/Zagreb" }, now: moment },
	] as never);
	writer.run([{ flow: "recordStart", args: { version: "x", boot: "b" }, now: moment }] as never);
	writer.close();
}

describe("gondola backup --to", () => {
	it("is restored with the private key, and with nothing else", async () => {
		const data = at("data");
		makeLedger(data);
		const made = await gondola("backup", "--new-key", at("safe.key"));
		expect(made.out).toMatch(/^gbp_[\w-]{43}\n$/);
		expect(statSync(at("safe.key")).mode & 0o777).toBe(0o600);
		expect(await gondola("backup", "--new-key", at("safe.key"))).toMatchObject({ code: 1, err: expect.stringContaining("there already") });
		expect(await gondola("backup", at("b"), "--data", data, "--to", made.out.trim())).toMatchObject({ code: 0 });
		expect(readFileSync(at("b"), "latin1")).not.toContain("SQLite format");
		expect(statSync(at("b")).mode & 0o777).toBe(0o600);
		const other = at("other-data");
		expect(await gondola("restore", at("b"), "--data", other)).toMatchObject({ code: 1, err: expect.stringContaining("--key KEYFILE") });
		await gondola("backup", "--new-key", at("wrong.key"));
		expect(await gondola("restore", at("b"), "--data", other, "--key", at("wrong.key"))).toMatchObject({ code: 1 });
		expect(existsSync(join(other, "ledger.db"))).toBe(false);
		expect(await gondola("restore", at("b"), "--data", other, "--key", at("safe.key"))).toMatchObject({ code: 0 });
		expect(readFileSync(join(other, "ledger.db"), "latin1")).toContain("SQLite format");
	}, 240_000);
});

describe("gondola reset", () => {
	const config = (): string => at("gondola.yaml");
	const write = (): void => {
		const [password, token] = [at("line.password"), join(root, "elsewhere", "token")];
		mkdirSync(join(root, "elsewhere"));
		mkdirSync(at("data-keys"));
		for (const name of ["line.key", "line.crt"]) writeFileSync(at(`data-keys/${name}`), "of this box\n", { mode: 0o600 });
		for (const file of [password, token]) writeFileSync(file, "a secret of this box\n", { mode: 0o600 });
		const hq = `hq:\n  url: mqtts://hq.example:8883\n  username: u\n  passwordFile: ${password}\n  keyFile: ${at("data-keys/line.key")}\n  certFile: ${at("data-keys/line.crt")}\n`;
		writeFileSync(config(), `# our shop\nstore: "0117"\ndata: ${at("data")}\n${hq}desk:\n  port: 0\n  tokenFile: ${token}\n`);
		makeLedger(at("data"));
		mkdirSync(at("data/secrets"));
		writeFileSync(at("data/secrets/store.key"), "a key");
	};

	it("asks, does not lose facts unasked, then leaves nothing of the store and says what head office must do", async () => {
		write();
		const unasked = await gondola("reset", "--config", config());
		expect(unasked).toMatchObject({ code: 1, err: expect.stringContaining("--yes") });
		const waiting = await gondola("reset", "--config", config(), "--yes");
		const told = waiting.code === 0 ? waiting : await gondola("reset", "--config", config(), "--yes", "--lose-facts");
		expect(told).toMatchObject({ code: 0, out: expect.stringContaining("gondola hq unenroll 0117") });
		expect(told.out).toContain("elsewhere/token");
		// Its folder's name begins like that of the data directory, and is another folder.
		expect(told.out).toContain("data-keys/line.key");
		expect(existsSync(at("data-keys/line.key"))).toBe(true);
		expect([existsSync(at("data/ledger.db")), existsSync(at("data/secrets")), existsSync(at("line.password"))]).toEqual([
			false,
			false,
			false,
		]);
		const left = readFileSync(config(), "utf8");
		expect(left).toContain("# our shop");
		expect(left).not.toContain("hq:");
	}, 120_000);
});

describe("files that everybody may read", () => {
	it.each(["data/ledger.db", "data/ledger.db-wal", "data/old-copy", "data/access.json", "data/secrets/store.key"])(
		"%s stops config check and run",
		async (name) => {
			const config = at("gondola.yaml");
			writeFileSync(config, `store: "0117"\ndata: ${at("data")}\ndesk: { port: 0 }\nbroker: { port: 0 }\n`);
			mkdirSync(at("data/secrets"), { recursive: true, mode: 0o700 });
			const text = name.endsWith("json") ? "{}" : name.endsWith("key") ? "k" : "SQLite format 3\0 and so on";
			writeFileSync(at(name), name.endsWith("-wal") ? Buffer.from("377f0682002de218", "hex") : text);
			chmodSync(at(name), 0o604);
			for (const verb of [
				["config", "check", config],
				["run", "--config", config],
			])
				expect(await gondola(...verb)).toMatchObject({ code: 1, err: expect.stringContaining(`chmod o= ${at(name)}`) });
		},
		60_000,
	);
});
