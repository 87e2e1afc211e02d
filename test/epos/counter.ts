/** A real ledger, a real tender and a virtual printer, behind whichever door a till uses; the pile of slips is the judge. */
import { printerOptions } from "../../drivers/printer/options.ts";
import { receiptBody } from "../../drivers/printer/receipt/receipt.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { tendPrinter } from "../../src/floor/printers.ts";
import { openSlipBox } from "../../src/sim/printer/paper-roll.ts";
import { type PrinterSettings, startPrinter } from "../../src/sim/printer/printer.ts";
import { startTimeline } from "../../src/sim/timeline.ts";

export async function openCounter(folder: string, settings: Partial<PrinterSettings>) {
	const box = openSlipBox(folder);
	const timeline = startTimeline();
	const printer = await startPrinter({ id: "printer-1", millimetresPerSecond: 2_000, bootMs: 50, ...settings }, box, timeline);
	const ledger = await openStoreLedger(folder, createClock().now);
	const log = createLog("silent");
	const options = printerOptions.parse({ id: "printer-1", host: "127.0.0.1", tcpPort: printer.port, confirm: "process-id" });
	const tender = tendPrinter(ledger, options, receiptBody, log);
	return {
		...{ box, printer, ledger, log },
		async stop() {
			await tender.stop();
			await printer.stop();
			timeline.stop();
			await ledger.close();
		},
	};
}
