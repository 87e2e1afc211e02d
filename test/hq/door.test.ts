/** Head office's own port: by which names it goes, which certificate it shows, when its cookie is for TLS only. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type HeadOffice, startHeadOffice } from "../../src/cli/hq/run.ts";
import { until } from "../support/until.ts";

let folder: string;
let office: HeadOffice;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "door-"));
	office = await startHeadOffice({ data: folder, port: 0, linePort: 0, publicUrl: "https://hq.chain.example", renewEveryMs: 200 });
}, 120_000);
afterAll(async () => {
	await office.stop();
	rmSync(folder, { recursive: true, force: true });
}, 120_000);

const port = (): number => Number(new URL(office.url).port);

function ask(host: string, path: string, body?: object): Promise<{ status: number; cookie: string; text: string }> {
	const headers: Record<string, string> = { host, ...(body && { "content-type": "application/json" }) };
	return new Promise((resolve, reject) => {
		const asked = request({ host: "127.0.0.1", port: port(), path, method: body ? "POST" : "GET", headers }, (answer) => {
			let text = "";
			answer.on("data", (piece) => (text += piece));
			answer.on("end", () => resolve({ status: answer.statusCode!, cookie: String(answer.headers["set-cookie"] ?? ""), text }));
		});
		asked.on("error", reject);
		asked.end(body && JSON.stringify(body));
	});
}

it("goes by its addresses and the name of --public-url, and by no name that somebody else may own", async () => {
	for (const host of ["127.0.0.1", "localhost", "10.1.2.3:8090", "[::1]:8090", "hq.chain.example", "HQ.chain.example:443"])
		expect([host, (await ask(host, "/healthz")).status]).toEqual([host, 200]);
	for (const host of ["evil.example", "hq.chain.example.evil.example", "evil-hq.chain.example", "127.0.0.1.evil.example"])
		expect([host, (await ask(host, "/healthz")).status]).toEqual([host, 403]);
});

it("the certificate is made anew without a restart, on HTTPS as on the line", async () => {
	const fingerprint = (at: number): Promise<string> =>
		new Promise((resolve, reject) => {
			const socket = connect({ host: "127.0.0.1", port: at, rejectUnauthorized: false }, () => {
				resolve(socket.getPeerCertificate().fingerprint256);
				socket.destroy();
			});
			socket.on("error", reject);
		});
	for (const at of [port(), Number(new URL(office.line).port)]) {
		const first = await fingerprint(at);
		await until(async () => (await fingerprint(at)) !== first, "another certificate");
	}
}, 120_000);

it("the cookie of a session that came through the public address is never sent without TLS", async () => {
	const claimed = { code: office.claimCode!, name: "olga", password: "head office opens at six" };
	const attributes = async (...args: Parameters<typeof ask>): Promise<string[]> =>
		String((await ask(...args)).cookie)
			.split("; ")
			.slice(1)
			.sort();
	expect(await attributes("hq.chain.example", "/api/v1/claim", claimed)).toEqual(["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
	const { name, password } = claimed;
	expect(await attributes("127.0.0.1", "/api/v1/sessions", { name, password })).toEqual(["HttpOnly", "Path=/", "SameSite=Strict"]);
}, 120_000);
