import type { PrinterOptions } from "../../drivers/printer/options.ts";
import { type AnswerHistory, type DrawBody, type PrinterReport, type RunningPrinter, runPrinter } from "../../drivers/printer/printer.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { printerPortOf } from "./ports.ts";
import { openPrinterJobs, type PrinterJobs } from "./printer-jobs.ts";
import { type DeviceRecorder, type Log, oneLink, type Tender, tendPort } from "./tender.ts";

/** Looks after one receipt printer: its port, its reports about itself, and its receipts. */
export function tendPrinter(
	ledger: StoreLedger,
	options: PrinterOptions,
	drawBody: DrawBody,
	log: Log,
	wire = printerPortOf(options),
): Tender {
	const { id } = options;
	const { recorder, trace, keep } = tendPort(ledger, { id, family: "printer", protocol: options.protocol }, wire, log);
	let running: RunningPrinter | undefined;
	let working: Promise<void> = Promise.resolve();
	let reopen = async (): Promise<void> => {};
	const history: AnswerHistory = { unansweredInARow: 0, everConfirmed: false };
	const jobs = openPrinterJobs({ id, ledger, log, reopen: () => reopen() });
	// The option `confirm` may be another one than at the last start.
	ledger.do("clearAlarm", { code: "printer-cannot-confirm", subject: id }).catch(() => {});

	const hear = (report: PrinterReport): void => hearPrinter({ id, ledger, log, recorder, jobs }, report);

	const start = () => {
		const link = keep((port) => {
			recorder.link({ type: "open" });
			const over = new AbortController();
			const printer = runPrinter(port, options, hear, drawBody, history);
			running = printer;
			reopen = () => port.close();
			working = jobs.work(printer, over.signal).catch((error: Error) => {
				log.error({ device: id, error: error.message }, "the printer's work stopped; its port is opened anew");
				void port.close();
			});
			return () => {
				over.abort();
				printer.stop();
				running = undefined;
			};
		});
		// Waits for the work in hand: a receipt that is only drawn goes back to the queue, so the next start does not find it in doubt.
		return { stop: () => link.stop().then(() => working) };
	};
	return {
		id,
		family: "printer",
		trace,
		async test() {
			if (!running) return false;
			const job = `test-${id}-${ledger.now().boot}-${ledger.now().monoMs}`;
			await ledger.do("queuePrint", {
				id: job,
				printer: id,
				document: "^^^Gondola\n\nabc ABC 0123456789\nčćžšđ äöüß éèêñ 价格 库存\n\n{code:4006381333931;option:ean,2,48,hri}",
			});
			return { job };
		},
		...oneLink(start),
	};
}

interface Hearing {
	id: string;
	ledger: StoreLedger;
	log: Log;
	recorder: DeviceRecorder;
	jobs: PrinterJobs;
}

function hearPrinter({ id, ledger, log, recorder, jobs }: Hearing, report: PrinterReport): void {
	switch (report.type) {
		case "status":
			return recorder.heard({ paper: report.status.paper, cover: report.status.cover, online: report.status.online });
		case "trouble":
			return recorder.trouble(report.trouble);
		case "trouble-over":
			return recorder.troubleOver(report.code);
		case "printed-late":
			return jobs.answeredLate(report.job);
		case "cut":
			return jobs.heardOfCut(report.news);
		case "cannot-confirm":
			jobs.cannotConfirm();
			ledger
				.do("raiseAlarm", { code: "printer-cannot-confirm", subject: id, facts: { device: id, confirm: report.suggest } })
				.catch((error: Error) => log.error({ device: id, error: error.message }, "an alarm could not be recorded"));
			return;
		default:
			return recorder.heard();
	}
}
