import type { PrinterOptions } from "../../drivers/printer/options.ts";
import { type AnswerHistory, type DrawBody, type RunningPrinter, runPrinter } from "../../drivers/printer/printer.ts";
import { keepOpen } from "../../drivers/transport/keep-open.ts";
import type { StoreLedger } from "../flows/flows.ts";
import type { PrintJob } from "../words/receipt.ts";
import { portOf } from "./ports.ts";
import { deviceRecorder, type Log, type Tender } from "./tender.ts";

type Job = PrintJob & { n: number };

/** The job's number as four printable characters, which is all a printer repeats back (Epson GS ( H, function 48). */
const tagOf = (n: number): string => (n % 36 ** 4).toString(36).toUpperCase().padStart(4, "0");

/** How long a receipt's own answer is waited for after it was given up. */
const lateAnswerMs = 8_000;
const repairAgainMs = 2_000;

/** Takes receipts to paper one at a time, and records what the printer itself says of each. */
export function tendPrinter(ledger: StoreLedger, options: PrinterOptions, drawBody: DrawBody, log: Log): Tender {
	const { open, address } = portOf(options);
	const recorder = deviceRecorder(ledger, { id: options.id, family: "printer", protocol: options.protocol, address }, log);
	let running: RunningPrinter | undefined;
	let working: Promise<void> = Promise.resolve();
	let reopen: (() => Promise<void>) | undefined;
	/** The printer prints but does not answer the fence: its receipts stay in doubt until somebody sets the option `confirm`. */
	let cannotConfirm = false;
	const history: AnswerHistory = { unansweredInARow: 0, everConfirmed: false };
	// Its settings may have changed.
	ledger.do("clearAlarm", { code: "printer-cannot-confirm", subject: options.id }).catch(() => {});
	let lateAnswer: ((job: string) => void) | undefined;
	/** Jobs that this process has in the printer; any other in state `printing` is left from before a crash. */
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
		if (!(await ledger.do("startPrint", { id: job.id, printer: options.id })).started) return false;
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
					await settleDoubt(job, outcome.why);
					return true;
				case "not-started":
					await ledger.do("unstartPrint", { id: job.id, why: outcome.trouble.code });
					return false;
			}
			outcome satisfies never;
			return false;
		} catch (error) {
			// The same document will fail again: no retry.
			log.error({ device: options.id, job: job.id, error: (error as Error).message }, "a receipt could not be printed");
			await ledger.do("failPrint", { id: job.id, why: (error as Error).message });
			return true;
		} finally {
			mine.delete(job.id);
		}
	};

	/**
	 * What a broken receipt leaves behind must be mended before another one: dots that the printer still waits for, paper that hangs uncut, an
	 * answer on its way. Its own answer may come late; else the link is opened anew, and `repair` comes first.
	 */
	const settleDoubt = async (job: Job, why: string): Promise<void> => {
		if (!cannotConfirm && why === "no-answer") {
			const answered = await new Promise<boolean>((resolve) => {
				const timer = setTimeout(() => resolve(false), lateAnswerMs);
				lateAnswer = (id) => {
					clearTimeout(timer);
					resolve(id === job.id);
				};
			});
			lateAnswer = undefined;
			if (answered) {
				if (ledger.read.jobs.get(job.id)?.state === "in-doubt") await ledger.do("recordPrinted", { id: job.id, confirmed: true });
				return;
			}
		}
		if (!cannotConfirm) await reopen?.();
	};

	/** Marks and cuts off what hangs on the roll of the receipt that broke. True when the printer is sound. */
	const repair = async (printer: RunningPrinter): Promise<boolean> => {
		for (const left of ledger.read.jobs.open(options.id))
			if (left.state === "printing" && !mine.has(left.id)) await ledger.do("recordInDoubt", { id: left.id, why: "power-cut" });
		const broken = ledger.read.jobs.unmarked(options.id);
		if (!broken || cannotConfirm) return true;
		const marked = await printer.voidInDoubt({ id: broken.id, tag: tagOf(broken.n) });
		if (marked.state === "not-started" || (marked.state === "in-doubt" && marked.why !== "no-answer")) return false;
		await ledger.do("recordSlipVoid", { id: broken.id });
		return true;
	};

	const work = async (printer: RunningPrinter, over: AbortSignal): Promise<void> => {
		while (!over.aborted && !(await repair(printer))) await ledger.bells.wait("print-job", repairAgainMs, over);
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
							case "printed-late":
								return lateAnswer?.(report.job);
							case "cannot-confirm":
								cannotConfirm = true;
								return void ledger
									.do("raiseAlarm", {
										code: "printer-cannot-confirm",
										subject: options.id,
										facts: { device: options.id, confirm: report.suggest },
									})
									.catch((error: Error) => log.error({ device: options.id, error: error.message }, "an alarm could not be recorded"));
							default:
								return recorder.heard();
						}
					},
					drawBody,
					history,
				);
				running = printer;
				reopen = () => port.close();
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
