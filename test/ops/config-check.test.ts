/** `gondola config check` on files, folders and addresses of this machine. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { accountsFile } from "../../src/broker/access/accounts-file.ts";
import { ConfigWrong, checkConfig } from "../../src/config/load.ts";
import { loadFaces } from "../../src/faces/template.ts";
import { makeAuthority, makeServerCertificate } from "../../src/trust/certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "gondola-check-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string, mode = 0o600): string => {
	const path = join(folder, name);
	writeFileSync(path, text);
	chmodSync(path, mode);
	return path;
};

/** What is said of a configuration, without the file's name. */
function said(...lines: string[]): string[] {
	const path = file("gondola.yaml", lines.join("\n"));
	try {
		checkConfig(path, { accounts: (named) => accountsFile(named).load(), faces: loadFaces });
		return [];
	} catch (error) {
		if (!(error instanceof ConfigWrong)) throw error;
		return error.sentences.map((sentence) => sentence.replace(`${path}, `, ""));
	}
}

describe("a configuration that does not fit its machine (case P4)", () => {
	it("is told each file that is missing, and at the same time what contradicts itself, with its line", () => {
		const found = said(
			"store: a",
			`data: ${folder}/data`,
			"broker:",
			"  accountsFile: /nowhere/accounts.json",
			"  tls: { certFile: /nowhere/a.crt, keyFile: /nowhere/a.key }",
			"desk:",
			"  tokenFile: /nowhere/token",
			"devices:",
			"  - { id: plate, family: scale, protocol: mt-sics, port: /dev/ttyS9 }",
			"shelves:",
			"  - { id: s1, scale: plat, sku: x }",
		);
		expect(found).toEqual([
			'line 11: shelf s1 stands on plat, but no scale has that name; did you mean "plate"?',
			"line 4: broker.accountsFile names /nowhere/accounts.json, which does not exist.",
			"line 5: broker.tls.certFile names /nowhere/a.crt, which does not exist.",
			"line 5: broker.tls.keyFile names /nowhere/a.key, which does not exist.",
			"line 7: desk.tokenFile names /nowhere/token, which does not exist.",
		]);
	});

	it("is told what is wrong inside of a file: accounts, a short token, an empty secret, a file others can read", () => {
		const found = said(
			"store: a",
			`data: ${folder}/data`,
			"hq:",
			"  url: mqtts://hq.example:8883",
			"  username: a",
			`  passwordFile: ${file("empty", "\n")}`,
			"broker:",
			`  accountsFile: ${file("accounts.json", '{"accounts":[{"name":"till 1","kind":"till"}]}')}`,
			"desk:",
			`  tokenFile: ${file("token", "short")}`,
			`faces: { directory: ${folder}/faces }`,
		);
		expect(found).toEqual([
			expect.stringMatching(/^line 6: hq\.passwordFile names .*, which is empty\.$/),
			expect.stringMatching(/^line 8: broker\.accountsFile is refused: .*must be small letters, digits and hyphens/),
			expect.stringMatching(/^line 10: desk\.tokenFile names .*fewer than 16 characters; make one with: openssl rand -hex 16/),
			expect.stringMatching(/^line 11: faces\.directory names .*\/faces, which does not exist\.$/),
		]);
		const open = said("store: a", `data: ${folder}/data`, `desk: { tokenFile: ${file("open", "x".repeat(32), 0o644)} }`);
		expect(open).toEqual([expect.stringMatching(/^line 3: desk\.tokenFile .*others can read \(mode 644\); set it with: chmod 600 /)]);
	});

	it("is told a certificate that is none, is cut off, or is not of its key", async () => {
		const authority = await makeAuthority("test");
		const [one, two] = [await makeServerCertificate(authority, ["box"]), await makeServerCertificate(authority, ["box"])];
		const tls = (certificate: string, key: string): string[] =>
			said(
				"store: a",
				`data: ${folder}/data`,
				"desk:",
				`  tls: { certFile: ${file("c.pem", certificate)}, keyFile: ${file("k.pem", key)} }`,
			);
		expect(tls(one.certificate, one.key)).toEqual([]);
		expect(tls(one.certificate, two.key)).toEqual([
			expect.stringMatching(/^line 4: desk\.tls\.keyFile is not the key of desk\.tls\.certFile/),
		]);
		expect(tls("hello", one.key)).toEqual([expect.stringMatching(/^line 4: desk\.tls\.certFile .*holds no PEM certificate/)]);
		expect(tls(one.certificate.slice(0, 200), "hello")).toEqual([
			expect.stringMatching(/^line 4: desk\.tls\.certFile .*cannot be read: the file is damaged or cut off/),
			expect.stringMatching(/^line 4: desk\.tls\.keyFile .*holds no PEM private key/),
		]);
	});

	it("is told a data directory that is a file, lies under one, or cannot hold anything", () => {
		const plain = file("plain", "x");
		expect(said("store: a", `data: ${plain}`)).toEqual([`line 2: data names ${plain}, which is a file; it must be a directory.`]);
		expect(said("store: a", `data: ${plain}/deeper`)).toEqual([`line 2: data names ${plain}/deeper, but ${plain} is a file.`]);
		expect(said("store: a", "data: /proc/nope")).toEqual(["line 2: data names /proc/nope, where nothing can be kept."]);
		mkdirSync(join(folder, "faces-that-are-none"));
		const faces = file("faces-that-are-none/a.yaml", "face: 1");
		expect(said("store: a", `data: ${folder}/data`, `faces: { directory: ${join(faces, "..")} }`)).toEqual([
			expect.stringMatching(/^line 3: faces\.directory is refused: /),
		]);
	});

	it("is told two listeners on one port, an address of another machine, and two devices on one cable", () => {
		const found = said(
			"store: a",
			`data: ${folder}/data`,
			"desk: { port: 9000, host: 203.0.113.7 }",
			"broker: { port: 9000, host: 0.0.0.0, accountsFile: /nowhere }",
			"devices:",
			"  - { id: scale-1, family: scale, protocol: mt-sics, port: /dev/ttyS9 }",
			"  - { id: scan-1, family: scanner, protocol: serial, port: /dev/ttyS9 }",
			"  - { id: print-1, family: printer, protocol: esc-pos, host: 10.0.0.9 }",
			"  - { id: print-2, family: printer, protocol: esc-pos, host: 10.0.0.9 }",
		);
		expect(found).toEqual([
			"line 4: broker.port is 9000, and so is desk.port; give each a port of its own.",
			"line 7: scan-1 is on /dev/ttyS9, where scale-1 is already; each device needs a port of its own.",
			"line 9: print-2 is on 10.0.0.9:9100, where print-1 is already; each device needs a port of its own.",
			"line 4: broker.accountsFile names /nowhere, which does not exist.",
			expect.stringMatching(/^line 3: desk\.host is 203\.0\.113\.7, which is no address of this machine/),
		]);
	});
});
