/** Why head office cannot be reached, as a gateway says it of brokers that really fail so. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import mqttPacket from "mqtt-packet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority, makeServerCertificate } from "../../src/trust/certificates.ts";
import { freePort } from "../support/ports.ts";
import { type BoxFolder, gondola, newBox, type Running } from "../support/processes.ts";
import { eventually } from "../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "gondola-line-"));
const open: Server[] = [];
afterAll(() => {
	for (const server of open) server.close();
	rmSync(folder, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
	open.push(server);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return (server.address() as { port: number }).port;
}

/** A broker that answers every CONNECT with this code. */
function refusing(returnCode: number): Server {
	return createTcpServer((socket) => {
		socket.on("error", () => {});
		socket.once("data", () => socket.end(mqttPacket.generate({ cmd: "connack", returnCode, sessionPresent: false })));
	});
}

let box: BoxFolder;
let running: Running | undefined;
beforeAll(async () => {
	box = await newBox("0302");
});
afterAll(async () => {
	await running?.stop();
	box.remove();
});

/** Starts the box with these lines of configuration, and asks it until it says this reason of head office. */
async function told(
	reason: RegExp | undefined,
	...hq: string[]
): Promise<{ why: string; alarms: { code: string; what: string; do: string }[] }> {
	await running?.stop();
	const plain = readFileSync(box.config, "utf8").replace(/^hq:[\s\S]*$/m, "");
	writeFileSync(box.config, hq.length === 0 ? plain : `${plain.trimEnd()}\nhq:\n${hq.map((line) => `  ${line}`).join("\n")}\n`);
	running = await box.run();
	return eventually(async () => {
		const status = JSON.parse((await gondola("status", "--json", "--config", box.config)).out) as {
			hq: { configured: boolean; why: string | null };
		};
		const { items } = JSON.parse((await gondola("alarms", "--json", "--config", box.config)).out) as {
			items: { code: string; what: string; do: string }[];
		};
		const alarms = items.filter(({ code }) => code.startsWith("hq-"));
		if (reason) expect(alarms.find(({ code }) => code === "hq-out-of-reach")?.what).toMatch(reason);
		return { why: status.hq.why ?? "", alarms };
	}, 150_000);
}

describe("head office out of reach (case P7)", { timeout: 180_000 }, () => {
	it("says a certificate that is not trusted, and where trust is set", async () => {
		const { certificate: cert, key } = await makeServerCertificate(await makeAuthority("stranger"), ["localhost"]);
		const port = await listen(createTlsServer({ cert, key }, (socket) => socket.on("error", () => {})));
		const { alarms } = await told(/certificate/i, `url: mqtts://localhost:${port}`);
		expect(alarms[0]!.do).toMatch(/hq\.caFile|gondola enroll/);
	});

	it("says a refused name or password, and where they are set", async () => {
		const secret = join(folder, "password");
		writeFileSync(secret, "wrong\n", { mode: 0o600 });
		const port = await listen(refusing(5));
		const { alarms } = await told(/not authori[sz]ed/i, `url: mqtt://127.0.0.1:${port}`, "username: shop", `passwordFile: ${secret}`);
		expect(alarms[0]!.do).toMatch(/hq\.username and hq\.passwordFile/);
	});

	it("says a name that nobody resolves", async () => {
		const { alarms } = await told(/hq\.invalid/, "url: mqtt://hq.invalid:1883");
		expect(alarms[0]!.do).toMatch(/name server/);
	});

	it("says a port where nobody listens; and with `hq:` taken out there is no head office, and no alarm", async () => {
		const refused = await told(/ECONNREFUSED/, `url: mqtt://127.0.0.1:${await freePort()}`);
		expect(refused.alarms[0]!.do).toMatch(/port in hq\.url/);
		const alone = await told(undefined);
		expect(alone).toEqual({ why: "no head office is configured", alarms: [] });
		expect((await gondola("status", "--config", box.config)).out).toContain("no head office is configured; the store stands alone");
		expect((await gondola("doctor", "--config", box.config)).out).not.toMatch(/out of reach|cannot be reached/);
	});
});
