import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scannerOptions } from "../../drivers/scanner/options.ts";
import { parseConfig } from "../../src/config/load.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { scanReadingOf } from "../../src/daemon/scan-inspection.ts";
import { tendScanner } from "../../src/floor/scanners.ts";
import { ssiPacketOf } from "../drivers/fuzz/codecs.ts";
import { article } from "../support/store.ts";
import { until } from "../support/until.ts";

let folder: string;
let ledger: Awaited<ReturnType<typeof openStoreLedger>>;
const ending: (() => unknown)[] = [];

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "gondola-test-"));
	ledger = await openStoreLedger(folder, createClock().now);
	const records = [{ record: article("MILK", { gtin: "04006381333931" }) }] as never;
	await ledger.do("acceptDown", { stream: "catalog", epoch: "00000000000000e1", from: 1, records, hash: "f".repeat(32) });
});
afterEach(async () => {
	for (const end of ending.splice(0).toReversed()) await end();
	await ledger.close();
	rmSync(folder, { recursive: true });
});

/** A scanner behind a terminal server, and what it was sent, in hex. */
async function scanner(settings: string) {
	const sockets: Socket[] = [];
	let heard = "";
	const server = createServer((socket) => {
		sockets.push(socket);
		socket.on("data", (bytes) => (heard += bytes.toString("hex"))).on("error", () => {});
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const text = `store: a\ndevices:\n  - { id: hand-1, family: scanner, host: "${host}", mode: receive, ${settings} }`;
	const config = parseConfig(text);
	await ledger.do("keepScanReading", scanReadingOf(config));
	const tender = tendScanner(ledger, scannerOptions.parse(config.devices[0]), createLog("silent"));
	ending.push(
		() => new Promise((done) => server.close(done)),
		() => sockets.forEach((socket) => socket.destroy()),
		() => tender.stop(),
	);
	await until(() => sockets.length > 0, "the scanner is connected");
	return { sends: (bytes: Uint8Array) => sockets[0]!.write(bytes), heard: () => heard };
}

const ssiScan = (code: string): Uint8Array => ssiPacketOf(Uint8Array.of(0, 0xf3, 0, 0, 0x0b, ...Buffer.from(code)));
const received = (): number => ledger.read.stock.onHand("MILK")?.onHand ?? 0;

describe("a scanner that is told when a scan was refused", () => {
	it("beeps low and long in SSI for what no article has, and is silent for what was received", async () => {
		const { sends, heard } = await scanner("protocol: ssi, signal: refused");
		sends(ssiScan("4006381333931"));
		await until(() => received() === 1, "the milk is received");
		sends(ssiScan("96385074"));
		await until(() => heard().includes("05e6040010ff01"), "the scanner beeps");
		// The packets of the guide: taken, taken, and one beep.
		expect(heard()).toBe("04d00400ff28".repeat(2) + "05e6040010ff01");
	});

	it("beeps with Honeywell's decode header, also for a payment card", async () => {
		const { sends, heard } = await scanner("protocol: dechdr1, signal: refused");
		sends(Buffer.from("4111111111111111\r"));
		await until(() => heard() === "16070d", "the scanner beeps");
	});

	it("is sent nothing where the configuration does not ask for it, or the protocol cannot", async () => {
		const { sends, heard } = await scanner("protocol: dechdr1");
		sends(Buffer.from("96385074\r"));
		await until(() => ledger.read.events.recent(5).some(({ type }) => type === "scan.acted"), "the scan is refused");
		expect(heard()).toBe("");
		expect(() => parseConfig("store: a\ndevices:\n  - { id: s, family: scanner, port: /dev/ttyS0, signal: refused }")).toThrow(/signal/);
	});
});
