import { setTimeout as after } from "node:timers/promises";
import type { PrinterOptions } from "../../drivers/printer/options.ts";
import { type AnswerHistory, type DrawBody, type PrinterReport, type RunningPrinter, runPrinter } from "../../drivers/printer/printer.ts";
import { keepOpen } from "../../drivers/transport/keep-open.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { defined } from "../words/defined.ts";
import type { PrintJob, PrintJobState } from "../words/receipt.ts";
import { portOf } from "./ports.ts";
import { deviceRecorder, type Log, type Tender } from "./tender.ts";

/** Looks after one receipt printer: its port, what it reports of itself, and its receipts. */
export function tendPrinter(ledger: StoreLedger, options: PrinterOptions, drawBody: DrawBody, log: Log): Tender {
	const { open, address } = portOf(options);
	const { id } = options;
	const recorder = deviceRecorder(ledger, { id, family: "printer", protocol: options.protocol, address }, log);
	let running: RunningPrinter | undefined;
	let working: Promise<void> = Promise.resolve();
	let reopen = async (): Promise<void> => {};
	const history: AnswerHistory = { unansweredInARow: 0, everConfirmed: false };
	const jobs = openPrinterJobs({ id, ledger, log, reopen: () => reopen() });
	// Its settings may have changed.
	ledger.do("clearAlarm", { code: "printer-cannot-confirm", subject: id }).catch(() => {});

	const take = (report: PrinterReport): void => {
		switch (report.type) {
			case "status":
				return recorder.heard({ paper: report.status.paper, cover: report.status.cover, online: report.status.online });
			case "trouble":
				return recorder.trouble(report.trouble);
			case "trouble-over":
				return recorder.troubleOver(report.code);
			case "printed-late":
				return jobs.answeredLate(report.job);
			case "cannot-confirm":
				jobs.cannotConfirm();
				ledger
					.do("raiseAlarm", { code: "printer-cannot-confirm", subject: id, facts: { device: id, confirm: report.suggest } })
					.catch((error: Error) => log.error({ device: id, error: error.message }, "an alarm could not be recorded"));
				return;
			default:
				return recorder.heard();
		}
	};

	const start = () =>
		keepOpen({
			open,
			facts: { device: id, port: address },
			report: recorder.link,
			run(port) {
				recorder.link({ type: "open" });
				const over = new AbortController();
				const printer = runPrinter(port, options, take, drawBody, history);
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
			},
		});
	let link = start();
	/** A receipt that is being drawn has not been sent: it goes back to its queue, and is not taken for one in doubt at the next start. */
	const stop = async (): Promise<void> => {
		await link.stop();
		await working;
	};
	return {
		id,
		family: "printer",
		async test() {
			if (!running) return false;
			const job = `test-${id}-${ledger.now().boot}-${ledger.now().monoMs}`;
			await ledger.do("queuePrint", {
				id: job,
				printer: id,
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

type Job = PrintJob & { n: number };

/** The job's number as four printable characters, which is all a printer repeats back (Epson GS ( H, function 48). */
const tagOf = (n: number): string => (n % 36 ** 4).toString(36).toUpperCase().padStart(4, "0");

/** How long a receipt's own answer is waited for after it was given up. */
const lateAnswerMs = 8_000;
const repairAgainMs = 2_000;
const lookAgainMs = 5_000;

/** One printer's receipts, taken to paper one at a time; what became of each is recorded as the printer reports it. */
interface PrinterJobs {
	/** Works until `over` aborts: first what a broken receipt left behind, then the queue. Rejects when the ledger does. */
	work(printer: RunningPrinter, over: AbortSignal): Promise<void>;
	/** The answer of a receipt that was given up came after all. */
	answeredLate(job: string): void;
	/** The printer prints but does not answer the fence: its receipts stay in doubt until somebody sets the option `confirm`. */
	cannotConfirm(): void;
}

interface PrinterJobsDeps {
	id: string;
	ledger: StoreLedger;
	log: Log;
	/** Closes the port, so that it is opened anew. */
	reopen(): Promise<void>;
}

function openPrinterJobs({ id: printerId, ledger, log, reopen }: PrinterJobsDeps): PrinterJobs {
	/** Jobs that this process has in the printer; any other in state `printing` is left from before a crash. */
	const mine = new Set<string>();
	let confirms = true;
	let lateAnswer: ((job: string) => void) | undefined;

	async function doubtIfLeft({ id, state }: Job): Promise<void> {
		if (state === "printing" && !mine.has(id)) await ledger.do("recordInDoubt", { id, why: "power-cut" });
	}

	async function markVoid(job: Job, printer: RunningPrinter): Promise<void> {
		const marked = await printer.voidInDoubt({ id: job.id, tag: tagOf(job.n) });
		if (marked.state !== "not-started") await ledger.do("recordVoided", { id: job.id });
	}

	async function print({ id, n, document, copy }: Job, printer: RunningPrinter): Promise<void> {
		if (!(await ledger.do("startPrint", { id, printer: printerId })).started) return;
		mine.add(id);
		try {
			const outcome = await printer.print({ id, tag: tagOf(n), document, ...defined({ copy: copy > 1 ? copy : undefined }) });
			if (outcome.state === "not-started") await ledger.do("unstartPrint", { id, why: outcome.trouble.code });
			else if (outcome.state !== "in-doubt") await ledger.do("recordPrinted", { id, confirmed: outcome.state === "printed" });
			else {
				await ledger.do("recordInDoubt", { id, why: outcome.why });
				await settleDoubt(id, outcome.why);
			}
		} catch (error) {
			// The same document will fail again: no retry.
			log.error({ device: printerId, job: id, error: (error as Error).message }, "a receipt could not be printed");
			await ledger.do("failPrint", { id, why: (error as Error).message });
		} finally {
			mine.delete(id);
		}
	}

	/** The answer of `job` within `lateAnswerMs`; another job's answer ends the wait as well. */
	async function isAnsweredLate(job: string): Promise<boolean> {
		const given = new AbortController();
		const answered = new Promise<boolean>((resolve) => {
			lateAnswer = (id) => resolve(id === job);
		});
		const timeout = after(lateAnswerMs, false, { signal: given.signal }).catch(() => false);
		const isAnswered = await Promise.race([answered, timeout]);
		given.abort();
		lateAnswer = undefined;
		return isAnswered;
	}

	/**
	 * Before another receipt is printed, what a broken one left must be settled: dots that the printer still waits for, paper that hangs
	 * uncut, an answer on its way. The answer may come late; else the link is opened anew, and `repair` comes first.
	 */
	async function settleDoubt(id: string, why: string): Promise<void> {
		if (!confirms) return;
		if (why === "no-answer" && (await isAnsweredLate(id))) {
			if (ledger.read.jobs.get(id)?.state === "in-doubt") await ledger.do("recordPrinted", { id, confirmed: true });
			return;
		}
		if (confirms) await reopen();
	}

	/** Marks and cuts off what hangs on the roll of the receipt that broke. True when the printer is ready for the next one. */
	async function repair(printer: RunningPrinter): Promise<boolean> {
		for (const left of ledger.read.jobs.open(printerId)) await doubtIfLeft(left);
		const broken = ledger.read.jobs.unmarked(printerId);
		if (!broken || !confirms) return true;
		const marked = await printer.voidInDoubt({ id: broken.id, tag: tagOf(broken.n) });
		if (marked.state === "not-started" || (marked.state === "in-doubt" && marked.why !== "no-answer")) return false;
		await ledger.do("recordSlipVoid", { id: broken.id });
		return true;
	}

	const nothing = async (): Promise<void> => {};
	/** What a job in each state needs of the printer; a state that is missing does not compile. The states: words/receipt.ts. */
	const steps: Record<PrintJobState, (job: Job, printer: RunningPrinter) => Promise<void>> = {
		queued: print,
		printing: doubtIfLeft,
		void: markVoid,
		printed: nothing,
		sent: nothing,
		// A person decides.
		"in-doubt": nothing,
		failed: nothing,
	};

	return {
		async work(printer, over) {
			while (!over.aborted && !(await repair(printer))) await ledger.bells.wait("print-job", repairAgainMs, over);
			while (!over.aborted) {
				const next = ledger.bells.wait("print-job", lookAgainMs, over);
				for (const job of ledger.read.jobs.open(printerId)) {
					if (over.aborted) return;
					await steps[job.state](job, printer);
				}
				await next;
			}
		},
		answeredLate: (job) => lateAnswer?.(job),
		cannotConfirm() {
			confirms = false;
		},
	};
}
