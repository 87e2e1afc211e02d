import { type FiscalReport, type RunningFiscal, runFiscal } from "../../drivers/fiscal/fiscal.ts";
import type { FiscalOptions } from "../../drivers/fiscal/options.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { portOf } from "./ports.ts";
import { type Log, oneLink, type Tender, tendPort } from "./tender.ts";

const lookEveryMs = 250;

/** Runs the fiscal device: it signs sales one after the other, and paper that has waited long enough goes out without a code. */
export function tendFiscal(ledger: StoreLedger, options: FiscalOptions, log: Log): Tender {
	const { id } = options;
	const { recorder, trace, keep } = tendPort(ledger, options, portOf({ host: options.host, tcpPort: options.tcpPort }), log);
	const signing = openSigning(ledger, options, log);
	const hear = (report: FiscalReport): void => {
		switch (report.type) {
			case "identity":
				return recorder.heard({ serial: report.serial, practice: report.practice });
			case "garbled":
				return recorder.heard({ garbled: report.count });
			case "signed":
				recorder.heard({ number: report.number });
				return signing.signed(report);
			case "refused":
				return signing.refused(report);
			case "trouble":
				return recorder.trouble(report.trouble);
			case "trouble-over":
				return recorder.troubleOver(report.code);
		}
		report satisfies never;
	};
	const start = () =>
		keep((port) => {
			recorder.link({ type: "open" });
			const running = runFiscal(port, options, hear);
			signing.linked(running);
			return () => {
				signing.linked(undefined);
				running.stop();
			};
		});
	const link = oneLink(start);
	return {
		id,
		family: "fiscal",
		trace,
		test: () => Promise.resolve(signing.isLinked()),
		restart: link.restart,
		async stop() {
			await link.stop();
			await signing.stop();
		},
	};
}

interface Signing {
	linked(running: RunningFiscal | undefined): void;
	isLinked(): boolean;
	signed(answer: Extract<FiscalReport, { type: "signed" }>): void;
	refused(answer: Extract<FiscalReport, { type: "refused" }>): void;
	stop(): Promise<void>;
}

/** Waits are measured by the steady clock of this process: after a restart paper waits anew, and setting the wall clock changes nothing. */
function openSigning(ledger: StoreLedger, { waitSeconds }: FiscalOptions, log: Log): Signing {
	const stopped = new AbortController();
	const waitMs = waitSeconds * 1_000;
	let running: RunningFiscal | undefined;
	let awayAtMs = performance.now();
	let askedId: string | undefined;
	/** When this process first saw each request that waits, by `performance.now`. */
	const seenAtMs = new Map<string, number>();
	const written = new Set<Promise<unknown>>();

	const write = (work: Promise<unknown>): void => {
		const done = work
			.catch((error: Error) =>
				log.error({ error: error.message }, "what the fiscal device answered could not be recorded; it is asked again"),
			)
			.finally(() => written.delete(done));
		written.add(done);
	};
	/** Writes an answer, also one to an earlier request. If the write fails, the request stays unsigned and is sent again. */
	const answered = (id: string, work: Promise<unknown>): void =>
		write(
			work.finally(() => {
				if (askedId === id) askedId = undefined;
			}),
		);

	const giveUp = async (nowMs: number): Promise<void> => {
		const waiting = ledger.read.fiscal.waiting();
		for (const id of seenAtMs.keys()) if (!waiting.includes(id)) seenAtMs.delete(id);
		for (const id of waiting) {
			const since = seenAtMs.get(id) ?? nowMs;
			seenAtMs.set(id, since);
			const isAway = !running && nowMs - awayAtMs >= waitMs;
			if (isAway || nowMs - since >= waitMs) await ledger.do("missFiscal", { id, why: running ? "silent" : "away" });
		}
	};
	const look = async (): Promise<void> => {
		await giveUp(performance.now());
		const next = ledger.read.fiscal.next();
		if (!next || !running || next.id === askedId) return;
		askedId = next.id;
		running.sign(next);
	};
	const working = (async () => {
		while (!stopped.signal.aborted) {
			const bell = ledger.bells.wait("fiscal", lookEveryMs, stopped.signal);
			try {
				await look();
			} catch (error) {
				log.error({ error: (error as Error).message }, "sales to sign could not be looked at; trying again");
			}
			await bell;
		}
	})();
	return {
		linked(next) {
			running = next;
			askedId = undefined;
			if (!next) awayAtMs = performance.now();
		},
		isLinked: () => running !== undefined,
		signed: ({ id, number, signedAt, code, serial, practice }) =>
			answered(id, ledger.do("recordFiscal", { id, number, signedAt, code, serial, practice })),
		refused: ({ id, reason }) => answered(id, ledger.do("refuseFiscal", { id, detail: reason })),
		async stop() {
			stopped.abort();
			await working;
			await Promise.all(written);
		},
	};
}
