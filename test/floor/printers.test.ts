import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { printerOptions } from "../../drivers/printer/options.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { tendPrinter } from "../../src/floor/printers.ts";

describe("a printer's tender", () => {
	it("puts a receipt that was still being drawn back into its queue when the store closes", async () => {
		const folder = mkdtempSync(join(tmpdir(), "gondola-test-"));
		const heard: Buffer[] = [];
		const paper = createServer((socket) => socket.on("data", (bytes) => heard.push(bytes)).on("error", () => {})).listen(0, "127.0.0.1");
		await once(paper, "listening");
		const ledger = await openStoreLedger(folder, createClock().now);
		try {
			const options = printerOptions.parse({
				id: "printer-1",
				host: "127.0.0.1",
				tcpPort: (paper.address() as AddressInfo).port,
				confirm: "none",
			});
			const drawn = Promise.withResolvers<{ bytes: Uint8Array; millimetres: number }>();
			const asked = vi.fn(() => drawn.promise);
			const tender = tendPrinter(ledger, options, asked, createLog("silent"));
			await ledger.do("queuePrint", { id: "receipt-1", printer: "printer-1", document: "Milch | 1.59" });
			await vi.waitUntil(() => asked.mock.calls.length === 1, { timeout: 60_000 });
			expect(ledger.read.jobs.open("printer-1")[0]?.state).toBe("printing");

			const stopped = tender.stop();
			drawn.resolve({ bytes: Buffer.from("MILK"), millimetres: 20 });
			await stopped;
			expect(ledger.read.jobs.open("printer-1")[0]?.state).toBe("queued");
			expect(Buffer.concat(heard).toString("latin1")).not.toContain("MILK");
		} finally {
			await ledger.close();
			paper.close();
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
