/** Head office's HTTPS under the chain's own certificate: by path, checked at the start, renewed without a restart, pinned by codes. */
import "reflect-metadata";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fingerprintOf, makeAuthority, makeServerCertificate, type Pair } from "../../src/trust/certificates.ts";
import { readEnrolmentCode } from "../../src/trust/enrolment-code.ts";
import { type BoxFolder, codeIn, gondola, newBox, type Office, startOffice } from "../support/processes.ts";
import { until } from "../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "certificate-"));
const file = (name: string, content?: string): string => {
	if (content !== undefined) writeFileSync(join(folder, name), content, { mode: 0o600 });
	return join(folder, name);
};
let company: Pair;
const show = async (...names: string[]): Promise<void> => {
	const made = await makeServerCertificate(company, names);
	file("hq.key", made.key);
	file("hq.crt", made.certificate + company.certificate);
};
beforeAll(async () => {
	company = await makeAuthority("Chain Ltd");
	await show("localhost", "127.0.0.1");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The certificate that head office shows, checked against the chain's authority alone. */
const shown = (port: number): Promise<string> =>
	new Promise((resolve, reject) => {
		const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: company.certificate }, () => {
			resolve(socket.getPeerCertificate().fingerprint256);
			socket.destroy();
		});
		socket.once("error", reject);
	});

describe("head office under a certificate by path", { timeout: 120_000 }, () => {
	let office: Office;
	let box: BoxFolder | undefined;
	beforeAll(async () => {
		office = await startOffice("--tls-cert", file("hq.crt"), "--tls-key", file("hq.key"));
	}, 120_000);
	afterAll(async () => {
		await office.end();
		box?.remove();
	});
	const port = (): number => Number(new URL(office.url).port);

	it("shows that one, and a box that enrols checks it against its issuer", async () => {
		await shown(port());
		const code = codeIn(await office.hq("enroll", "0117"));
		expect(readEnrolmentCode(code)).toMatchObject({ caSha256: fingerprintOf(company.certificate) });
		box = await newBox("0117");
		const enrolled = await box.enroll(code);
		expect([enrolled.err, enrolled.code]).toEqual(["", 0]);
		expect(enrolled.out).toMatch(/HQ heard this box/);
		expect(readFileSync(box.secret("line-ca.crt"), "utf8")).not.toBe(company.certificate);
	});

	it("shows the new one when the files were replaced, and keeps the old one where they do not fit", async () => {
		const before = await shown(port());
		file("hq.key", (await makeServerCertificate(company, ["localhost"])).key);
		await office.until(/is not that of the first certificate .* The certificate from before stays/);
		expect(await shown(port())).toBe(before);
		await show("localhost", "127.0.0.1");
		await until(async () => (await shown(port())) !== before, "the new certificate is shown");
	});
});

describe("head office does not start", { timeout: 120_000 }, () => {
	const start = async (cert: string, key: string, ...more: string[]): Promise<string> => {
		const data = mkdtempSync(join(folder, "data-"));
		const said = await gondola(
			"hq",
			"run",
			"--data",
			data,
			"--port",
			"0",
			"--line-port",
			"0",
			"--tls-cert",
			cert,
			"--tls-key",
			key,
			...more,
		);
		expect(said.code).not.toBe(0);
		return said.err;
	};
	it.each([
		["with a key of another certificate", /--tls-key: the key .* is not that of the first certificate/],
		["with a certificate that boxes could not check", /Put the certificate of its issuer behind it/],
		["with a certificate for another name than --public-url", /is not for hq\.chain\.example/],
		["with a certificate that ended", /ended on/],
		["with a key that everybody can read", /0644|chmod/],
		["without a certificate in the file", /there is no certificate in/],
	])("%s", async (what, sentence) => {
		const made = await makeServerCertificate(company, ["localhost"], what.includes("ended") ? Date.now() - 4_000 * 86_400_000 : Date.now());
		const whole = made.certificate + company.certificate;
		const cert = file("x.crt", what.includes("could not check") ? made.certificate : what.startsWith("without") ? "nothing\n" : whole);
		const key = file("x.key", what.includes("another certificate") ? (await makeServerCertificate(company, ["localhost"])).key : made.key);
		if (what.includes("everybody")) (await import("node:fs")).chmodSync(key, 0o644);
		const more = what.includes("--public-url") ? ["--public-url", "https://hq.chain.example"] : [];
		expect(await start(cert, key, ...more)).toMatch(sentence);
		if (what.includes("everybody")) (await import("node:fs")).chmodSync(key, 0o600);
	});
});
