import type { CutNews } from "../../drivers/printer/cut-watch.ts";
import type { PrintOutcome, RunningPrinter } from "../../drivers/printer/printer.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { defined } from "../words/defined.ts";
import type { PrintJob, PrintJobState } from "../words/receipt.ts";
import type { Log } from "./tender.ts";

type Job = PrintJob & { n: number };

/** The job's number as four printable characters, which is all a printer repeats back (Epson GS ( H, function 48). */
const tagOf = (n: number): string => (n % 36 ** 4).toString(36).toUpperCase().padStart(4, "0");

/** No receipt has this one (`tagOf`). */
const cutOffTag = "Cut0";
/** How long the answer of a receipt that was given up is still waited for. */
const lateAnswerMs = 8_000;
const repairAgainMs = 2_000;
const lookAgainMs = 5_000;

/** One printer's receipts, taken to paper one at a time; what became of each is recorded as the printer reports it. */
export interface PrinterJobs {
	/** Works until `over` aborts: first what a broken receipt left behind, then the queue. Rejects when the ledger does. */
	work(printer: RunningPrinter, over: AbortSignal): Promise<void>;
	/** The answer of a receipt that was given up came after all. */
	answeredLate(job: string): void;
	/** Whether the last receipt was cut off. */
	heardOfCut(news: CutNews): void;
	/** The printer prints but does not answer the fence: its receipts stay in doubt until the option `confirm` is set. */
	cannotConfirm(): void;
}

interface PrinterJobsDeps {
	id: string;
	ledger: StoreLedger;
	log: Log;
	/** Closes the port, so that it is opened anew. */
	reopen(): Promise<void>;
}

interface Jobs {
	printerId: string;
	ledger: StoreLedger;
	log: Log;
	reopen(): Promise<void>;
	/** Jobs that this process has in the printer; any other in state `printing` is left from before a crash. */
	mine: Set<string>;
	/** False once the printer was found not to answer the fence. */
	confirms: boolean;
	/** A receipt may hang on the roll uncut. At the start of this program that is not known of the last one. */
	owesCut: boolean;
	/** Ends the wait for a late answer; gets the job that was answered. */
	lateAnswer: ((job: string) => void) | undefined;
}

export function openPrinterJobs({ id: printerId, ledger, log, reopen }: PrinterJobsDeps): PrinterJobs {
	const jobs: Jobs = {
		printerId,
		ledger,
		log,
		reopen,
		mine: new Set<string>(),
		confirms: true,
		owesCut: ledger.read.jobs.hasStarted(printerId),
		lateAnswer: undefined,
	};
	const nothing = async (): Promise<void> => {};
	/** One step for each state of a job (words/receipt.ts); a missing state does not compile. */
	const steps: Record<PrintJobState, (job: Job, printer: RunningPrinter) => Promise<void>> = {
		queued: (id, printer) => print(jobs, id, printer),
		printing: (id) => doubtIfLeft(jobs, id),
		void: (job, printer) => markVoid(jobs, job, printer),
		printed: nothing,
		sent: nothing,
		// A person decides.
		"in-doubt": nothing,
		failed: nothing,
	};
	return {
		async work(printer, over) {
			while (!over.aborted && !(await repair(jobs, printer))) await jobs.ledger.bells.wait("print-job", repairAgainMs, over);
			while (!over.aborted) {
				const next = jobs.ledger.bells.wait("print-job", lookAgainMs, over);
				for (const job of jobs.ledger.read.jobs.open(jobs.printerId)) {
					if (over.aborted) return;
					await steps[job.state](job, printer);
				}
				await next;
			}
		},
		answeredLate: (job) => jobs.lateAnswer?.(job),
		heardOfCut(news) {
			jobs.owesCut = news !== "done";
			if (news === "unknown") void jobs.reopen();
		},
		cannotConfirm() {
			jobs.confirms = false;
		},
	};
}

async function doubtIfLeft(jobs: Jobs, { id, state }: Job): Promise<void> {
	if (state === "printing" && !jobs.mine.has(id)) await jobs.ledger.do("recordInDoubt", { id, why: "power-cut" });
}

async function markVoid(jobs: Jobs, job: Job, printer: RunningPrinter): Promise<void> {
	const marked = await printer.voidInDoubt({ id: job.id, tag: tagOf(job.n) });
	if (marked.state !== "not-started") await jobs.ledger.do("recordVoided", { id: job.id });
}

async function print(jobs: Jobs, job: Job, printer: RunningPrinter): Promise<void> {
	const { id, n, document, copy, opensDrawer } = job;
	if (!(await jobs.ledger.do("startPrint", { id, printer: jobs.printerId })).started) return;
	jobs.mine.add(id);
	try {
		const asked = { id, tag: tagOf(n), document, openDrawer: opensDrawer && copy === 1 };
		const outcome = await printer.print({
			...asked,
			...defined({ copy: copy > 1 ? copy : undefined, raw: jobs.ledger.read.jobs.rawOf(id) }),
		});
		if (outcome.state === "not-started") await jobs.ledger.do("unstartPrint", { id, why: outcome.trouble.code });
		else if (outcome.state !== "in-doubt") await jobs.ledger.do("recordPrinted", { id, confirmed: outcome.state === "printed" });
		else if (document === "") await jobs.ledger.do("failPrint", { id, why: "it is not known whether the drawer opened" });
		else {
			await jobs.ledger.do("recordInDoubt", { id, why: outcome.why });
			await settleDoubt(jobs, id, outcome.why);
		}
	} catch (error) {
		// The same document will fail again: no retry.
		jobs.log.error({ device: jobs.printerId, job: id, error: (error as Error).message }, "a receipt could not be printed");
		await jobs.ledger.do("failPrint", { id, why: (error as Error).message });
	} finally {
		jobs.mine.delete(id);
	}
}

/** The answer of `job` within `lateAnswerMs`; another job's answer ends the wait as well. */
async function isAnsweredLate(jobs: Jobs, job: string): Promise<boolean> {
	const isAnswered = await new Promise<boolean>((resolve) => {
		const timer = setTimeout(() => resolve(false), lateAnswerMs);
		jobs.lateAnswer = (id) => {
			clearTimeout(timer);
			resolve(id === job);
		};
	});
	jobs.lateAnswer = undefined;
	return isAnswered;
}

/**
 * Before another receipt is printed, what a broken one left must be settled: picture data that the printer still expects, a torn
 * slip, an outstanding answer. Either the answer comes late, or the link is opened again and `repair` runs first.
 */
async function settleDoubt(jobs: Jobs, id: string, why: string): Promise<void> {
	if (!jobs.confirms) return;
	if (why === "no-answer" && (await isAnsweredLate(jobs, id))) {
		if (jobs.ledger.read.jobs.get(id)?.state === "in-doubt") await jobs.ledger.do("recordPrinted", { id, confirmed: true });
		return;
	}
	if (jobs.confirms) await jobs.reopen();
}

/** Without an answer nothing is known of the roll: the link is opened anew, and the repair is done again. */
async function isRepaired(jobs: Jobs, id: string, outcome: PrintOutcome): Promise<boolean> {
	if (outcome.state !== "in-doubt") return outcome.state !== "not-started";
	if (!jobs.confirms) return true;
	if (outcome.why === "no-answer" && (await isAnsweredLate(jobs, id))) return true;
	await jobs.reopen();
	return false;
}

/** Marks and cuts off what hangs on the roll of the receipt that broke. True when the printer is ready for the next one. */
async function repair(jobs: Jobs, printer: RunningPrinter): Promise<boolean> {
	for (const left of jobs.ledger.read.jobs.open(jobs.printerId)) await doubtIfLeft(jobs, left);
	if (!jobs.confirms) return true;
	const broken = jobs.ledger.read.jobs.unmarked(jobs.printerId);
	if (!broken) return !jobs.owesCut || isRepaired(jobs, "", await printer.cutOff(cutOffTag));
	const marked = await printer.voidInDoubt({ id: broken.id, tag: tagOf(broken.n) });
	// A printer that was found not to answer has cut it all the same.
	const isDone = await isRepaired(jobs, broken.id, marked);
	if (isDone) await jobs.ledger.do("recordSlipVoid", { id: broken.id });
	return isDone;
}
