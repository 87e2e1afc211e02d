import type { PrinterOptions } from "../../drivers/printer/options.ts";
import { type DrawBody, type RunningPrinter, runPrinter } from "../../drivers/printer/printer.ts";
import { keepOpen } from "../../drivers/transport/keep-open.ts";
import type { StoreLedger } from "../flows/flows.ts";
import type { PrintJob } from "../words/receipt.ts";
import { portOf } from "./ports.ts";
import { deviceRecorder, type Log, type Tender } from "./tender.ts";

type Job = PrintJob & { n: number };

/** The job's number as four printable characters, which is all a printer repeats back (Epson GS ( H, function 48). */
const tagOf = (n: number): string => (n % 36 ** 4).toString(36).toUpperCase().padStart(4, "0");

/** Takes receipts to paper one at a time, and records what the printer itself says of each. */
export function tendPrinter(ledger: StoreLedger, options: PrinterOptions, drawBody: DrawBody, log: Log): Tender {
	const { open, address } = portOf(options);
	const recorder = deviceRecorder(ledger, { id: options.id, family: "printer", protocol: options.protocol, address }, log);
	let running: RunningPrinter | undefined;
	let working: Promise<void> = Promise.resolve();
	/** Jobs this very process has in the printer: any other `printing` is left from a life before this one. */
	const mine = new Set<string>();

	const settle = async (job: Job, printer: RunningPrinter): Promise<boolean> => {
		if (job.state === "printing") {
			if (!mine.has(job.id)) await ledger.do("recordInDoubt", { id: job.id, why: "power-cut" });
			return false;
		}
		if (job.state === "void") {
			const marked = await printer.voidInDoubt({ id: job.id, tag: tagOf(job.n) });
			if (marked.state === "not-started") return false;
			await ledger.do("recordVoided", { id: job.id });
			return true;
		}
		if (job.state !== "queued") return false;
		if (!(await ledger.do("startPrint", { id: job.id })).started) return false;
		mine.add(job.id);
		try {
			const outcome = await printer.print({
				id: job.id,
				tag: tagOf(job.n),
				document: job.document,
				...(job.copy > 1 && { copy: job.copy }),
			});
			switch (outcome.state) {
				case "printed":
				case "sent":
					await ledger.do("recordPrinted", { id: job.id, confirmed: outcome.state === "printed" });
					return true;
				case "in-doubt":
					await ledger.do("recordInDoubt", { id: job.id, why: outcome.why });
					return true;
				case "not-started":
					await ledger.do("unstartPrint", { id: job.id, why: outcome.trouble.code });
					return false;
			}
			outcome satisfies never;
			return false;
		} catch (error) {
			// A document that cannot be drawn will not draw itself tomorrow.
			log.error({ device: options.id, job: job.id, error: (error as Error).message }, "a receipt could not be printed");
			await ledger.do("failPrint", { id: job.id, why: (error as Error).message });
			return true;
		} finally {
			mine.delete(job.id);
		}
	};

	const work = async (printer: RunningPrinter, over: AbortSignal): Promise<void> => {
		while (!over.aborted) {
			const next = ledger.bells.wait("print-job", 5_000, over);
			for (const job of ledger.read.jobs.open(options.id)) {
				if (over.aborted) return;
				await settle(job, printer);
			}
			await next;
		}
	};

	const start = () =>
		keepOpen({
			open,
			facts: { device: options.id, port: address },
			report: recorder.link,
			run(port) {
				recorder.link({ type: "open" });
				const over = new AbortController();
				const printer = runPrinter(
					port,
					options,
					(report) => {
						switch (report.type) {
							case "status":
								return recorder.heard({ paper: report.status.paper, cover: report.status.cover, online: report.status.online });
							case "trouble":
								return recorder.trouble(report.trouble);
							case "trouble-over":
								return recorder.troubleOver(report.code);
							default:
								return recorder.heard();
						}
					},
					drawBody,
				);
				running = printer;
				working = work(printer, over.signal).catch((error: Error) => {
					log.error({ device: options.id, error: error.message }, "the printer's work stopped; its port is opened anew");
					void port.close();
				});
				return () => {
					over.abort();
					printer.stop();
					running = undefined;
				};
			},
		});
	let link = start();
	/** A receipt that is being drawn has not been sent: it goes back to its queue, and is not taken for one in doubt at the next start. */
	const stop = async (): Promise<void> => {
		await link.stop();
		await working;
	};
	return {
		id: options.id,
		family: "printer",
		async test() {
			if (!running) return false;
			const id = `test-${options.id}-${ledger.now().boot}-${ledger.now().monoMs}`;
			await ledger.do("queuePrint", {
				id,
				printer: options.id,
				document: "^^^Gondola\n\nabc ABC 0123456789\nčćžšđ äöüß éèêñ 价格 库存\n\n{code:4006381333931;option:ean,2,48,hri}",
			});
			return true;
		},
		async restart() {
			await stop();
			link = start();
		},
		stop,
	};
}
