/** The meaning of a printer's answer for the current receipt, and for the known state of the printer. */
import type { PrinterAnswer } from "./escpos.ts";
import { hearCount } from "./language/print-counter.ts";
import { apply, applyCut, isBegun, noteAnswered, type Running, write } from "./running.ts";

export function hearAnswer(running: Running, answer: PrinterAnswer): void {
	const { watch, confirm } = running;
	switch (answer.kind) {
		case "status":
			return watch.hearChange(answer.bytes);
		case "realtime-status":
			return watch.hearAnswer(answer.byte);
		case "whole-status":
			return hearWhole(running, answer);
		case "printed-up-to":
			if (confirm === "process-id" && answer.tag === running.cut?.work.cutTag) applyCut(running, { type: "answered" });
			else if (confirm === "process-id") hearTag(running, answer.tag);
			return;
		case "in-order-status":
			if (confirm === "gs-r" && running.cut) return applyCut(running, { type: "answered" });
			if (confirm !== "gs-r" || !isAwaited(running)) return hearNoise(running);
			return hearInOrder(running);
		case "switched-on":
			return hearRestart(running);
		case "switching-off":
			return watch.switchingOff();
		case "may-send":
		case "stop-sending":
			running.stoppedAtMs = answer.kind === "may-send" ? undefined : performance.now();
			return;
		case "about":
		case "block":
			return; // whole answers to questions that this driver does not ask
		case "noise":
			return hearNoise(running);
		default:
			answer satisfies never;
	}
}

/** An answer in order belongs to the receipt that was given up without one, or to a question of this one that was written. */
function isAwaited({ unsettled, current }: Running): boolean {
	if (unsettled || current?.session.at === "confirming") return true;
	return current?.session.at === "sending" && current.checks.answered < current.checks.asked;
}

/** The printer answers in order: a number before an earlier one means that the earlier one was lost, with what it stood behind. */
function hearTag(running: Running, tag: string): void {
	const of = running.unsettled ?? running.current;
	if (!of) return;
	const { work, checks } = of;
	const at = work.checkpoints.findIndex((point) => point.tag === tag);
	if (at === checks.answered) checks.answered += 1;
	else if (at > checks.answered) apply(running, { type: "broke", why: "printer-restarted" });
	else if (tag === work.tag && checks.answered < work.checkpoints.length) apply(running, { type: "broke", why: "printer-restarted" });
	else if (tag === work.tag) hearFence(running);
}

/** Answers without a number are counted: one that was lost leaves the last question unanswered. */
function hearInOrder(running: Running): void {
	const { work, checks } = (running.unsettled ?? running.current)!;
	if (checks.answered < work.checkpoints.length * work.plan.answers) checks.answered += 1;
	else hearFence(running);
}

function hearRestart(running: Running): void {
	if (isBegun(running)) apply(running, { type: "broke", why: "printer-restarted" });
	running.watch.restarted();
	write(running, running.language.listenToUs);
}

/** Star: the counter of what is printed comes with every status. */
function hearWhole(running: Running, { status, printedCount }: PrinterAnswer & { kind: "whole-status" }): void {
	const { counter, confirm, unsettled, current } = running;
	const means = printedCount === undefined || confirm !== "counter" ? "nothing" : hearCount(counter, printedCount);
	if (means === "restarted") hearRestart(running);
	running.watch.hearWhole(status);
	if (means === "answered" && running.cut) applyCut(running, { type: "answered" });
	else if (means === "answered" && (unsettled || current?.session.at === "confirming")) hearFence(running);
}

/** A fence's answer belongs to the receipt that was given up without one, if there is such a receipt, else to the current one. */
function hearFence(running: Running): void {
	const { unsettled } = running;
	if (!unsettled) return apply(running, { type: "fence-answered" });
	unsettled.answersLeft -= 1;
	if (unsettled.answersLeft > 0) return;
	running.unsettled = undefined;
	noteAnswered(running.history);
	write(running, unsettled.work.ending);
	running.report({ type: "printed-late", job: unsettled.work.jobId });
}

function hearNoise(running: Running): void {
	running.garbled += 1;
	running.report({ type: "garbled", count: running.garbled });
}
