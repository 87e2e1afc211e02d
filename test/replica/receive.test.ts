import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CopyRulesKept } from "../../src/replica/copy-folder.ts";
import { type BoxAddress, boxTarget } from "../../src/replica/line.ts";
import { startReceiver } from "../../src/replica/receive.ts";
import { makeAuthority, makeServerCertificate } from "../../src/trust/certificates.ts";

const rules: CopyRulesKept = { store: "s1", tenant: "main", build: "test", mode: "sync", whenAway: "go-on", aheadMost: 3 };

describe("the box that keeps a copy", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-receive-"));
	const folder = join(root, "copy");
	const said: string[] = [];
	let receiver: Awaited<ReturnType<typeof startReceiver>>;
	let to: BoxAddress;
	beforeAll(async () => {
		const { certificate, key } = await makeServerCertificate(await makeAuthority("test"), ["localhost"]);
		const token = "gr_the-token-of-this-copy";
		const options = { folder, host: "127.0.0.1", port: 0, certificate, key, token, log: (sentence: string) => void said.push(sentence) };
		receiver = await startReceiver(options);
		const pin = new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
		to = { host: "127.0.0.1", port: receiver.port, pin, token };
	});
	afterAll(async () => {
		await receiver.stop();
		rmSync(root, { recursive: true, force: true });
	});

	/** Resolves with what came back when the box ends the connection. */
	const speak = (bytes: Buffer): Promise<string> =>
		new Promise((resolve) => {
			const socket = connect({ host: "127.0.0.1", port: to.port, rejectUnauthorized: false }, () => socket.write(bytes));
			let heard = "";
			socket.on("data", (piece) => (heard += piece.toString("latin1")));
			socket.on("error", () => {});
			socket.on("close", () => resolve(heard));
		});
	const message = (json: string, length = Buffer.byteLength(json)): Buffer => {
		const head = Buffer.alloc(8);
		head.writeUInt32BE(length, 0);
		head.writeUInt32BE(Buffer.byteLength(json), 4);
		return Buffer.concat([head, Buffer.from(json)]);
	};

	it("takes nothing from who has another token, or speaks another language, and nothing is written", async () => {
		await expect(boxTarget({ ...to, token: "gr_guessed" }, rules)).rejects.toThrow("the token is not the one of this copy");
		expect(await speak(message('{"do":"beginBase"}'))).toContain("greet first");
		expect(await speak(message('{"do":"format"}'))).toContain("does not understand");
		expect(await speak(message("{nonsense"))).toBe("");
		expect(await speak(message("{}", 50_000_000))).toBe("");
		expect(await speak(message('{"do":"putFile","name":"../../x"}'))).toContain("does not understand");
		expect(existsSync(folder)).toBe(false);
	});

	it("is sent no token when it shows another certificate than the one that is pinned", async () => {
		const before = said.length;
		await expect(boxTarget({ ...to, pin: "ab".repeat(32) }, rules)).rejects.toThrow("shows another certificate than replica.pin names");
		expect(said.length).toBe(before);
	});

	it("takes a gateway that comes again in the place of its earlier connection, and none of another store", async () => {
		const first = await boxTarget(to, rules);
		const second = await boxTarget(to, rules);
		await expect(first.heard("2026-03-02T12:00:00.000Z")).rejects.toThrow();
		await second.heard("2026-03-02T12:00:00.000Z");
		expect(readdirSync(folder).sort()).toEqual(["copy.json", "heard"]);
		second.close();
		await expect(boxTarget(to, { ...rules, store: "s2" })).rejects.toThrow("holds the copy of store s1");
	});

	it("keeps a log from coming before a base, and a base from a wrong digest", async () => {
		const target = await boxTarget(to, rules);
		await expect(target.append(0, Buffer.alloc(4_120), true)).rejects.toThrow("a log came before a base");
		const again = await boxTarget(to, rules);
		expect(await again.beginBase()).toEqual([]);
		await again.putBlock(0, Buffer.alloc(4_096, 1));
		await expect(again.endBase(4_096, ["wrong"])).rejects.toThrow("not what was sent");
		expect(readdirSync(folder).filter((name) => name.endsWith(".db"))).toEqual([]);
	});
});
