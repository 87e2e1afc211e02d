/** One connection of a till to port 9100: its bytes in their order, its status questions answered in their order. */
import type { Socket } from "node:net";
import { answerTo, changesAnswer } from "../../../drivers/printer/raw/answers.ts";
import type { RawQuestion } from "../../../drivers/printer/raw/commands.ts";
import { type RawNews, type RawReader, type RawSlip, rawReader } from "../../../drivers/printer/raw/slips.ts";
import type { RawJobs, RawTill } from "./raw-jobs.ts";

interface Served extends RawTill {
	jobs: RawJobs;
	idleMs: number;
	over: AbortSignal;
}

interface Line extends Served {
	socket: Socket;
	reader: RawReader;
	/** A question came while the unfinished slip has something printable; its answer waits until that is on paper. */
	behindInk: RawQuestion[];
	/** The last slip of this connection. */
	lastJob: string | undefined;
	/** Answers being made, one after the other. */
	answering: Promise<void>;
	waitingAnswers: number;
	/** Ends the unfinished slip when the till has sent nothing for `silentMs` after a question. */
	silence: NodeJS.Timeout | undefined;
	reportsChanges: boolean;
	lastSent: string;
}

/** After a question, so many milliseconds of silence mean that the till waits for its answer. */
const silentMs = 1_500;
const reportEveryMs = 1_000;
const mostWaitingAnswers = 64;
const partly = "its connection broke before the end of the slip; nothing of that slip is printed";

export interface TillLine {
	/** Resolves when the connection is over and everything it sent is written down or refused. */
	over: Promise<void>;
	/** Since when nothing of a slip, and no answer, is on its way (milliseconds of `performance.now`); undefined while something is. */
	idleSince(): number | undefined;
}

export function serveTill(socket: Socket, served: Served): TillLine {
	const line: Line = {
		...served,
		socket,
		reader: rawReader(),
		behindInk: [],
		lastJob: undefined,
		answering: Promise.resolve(),
		waitingAnswers: 0,
		silence: undefined,
		reportsChanges: false,
		lastSent: "",
	};
	let work: Promise<void> = Promise.resolve();
	let heardAt = performance.now();
	const then = (act: () => Promise<void> | void): void => {
		work = work.then(act).catch(() => void socket.destroy());
	};
	socket.setTimeout(served.idleMs, () => then(() => ended(line)));
	const reporting = setInterval(() => reportChanges(line), reportEveryMs);
	socket.on("data", (bytes: Buffer) => {
		socket.pause();
		heardAt = performance.now();
		clearTimeout(line.silence);
		then(async () => {
			for (const news of line.reader.feed(bytes)) await take(line, news);
			if (line.behindInk.length > 0) line.silence = setTimeout(() => then(() => endSlip(line)), silentMs);
			if (!socket.destroyed) socket.resume();
		});
	});
	socket.on("end", () => then(() => ended(line)));
	const over = new Promise<void>((done) => {
		socket.on("close", () => {
			clearInterval(reporting);
			clearTimeout(line.silence);
			then(() => broken(line));
			void work.then(done);
		});
	});
	const isIdle = (): boolean =>
		!line.reader.hasInk() && !line.reader.isInCommand() && line.behindInk.length + line.waitingAnswers === 0 && !socket.isPaused();
	return { over, idleSince: () => (isIdle() ? heardAt : undefined) };
}

async function take(line: Line, news: RawNews): Promise<void> {
	if (line.socket.destroyed && news.type !== "slip") return;
	switch (news.type) {
		case "question":
			if (news.inOrder) line.behindInk.push(news.question);
			else answer(line, news.question);
			if (line.behindInk.length + line.waitingAnswers > mostWaitingAnswers) throw new Error("a till asks without end");
			return;
		case "slip":
			return queue(line, news.slip);
		case "unreadable":
			line.reader.end();
			await line.jobs.refuse(line, news.why);
			line.socket.resetAndDestroy();
	}
}

async function queue(line: Line, slip: RawSlip): Promise<void> {
	line.lastJob = await line.jobs.queue(slip, line);
	if (line.lastJob === undefined) return void line.socket.resetAndDestroy();
	for (const question of line.behindInk.splice(0)) answer(line, question);
}

/**
 * A status question is answered when the slip before it is on paper. When that slip fails, the question gets no answer and the
 * connection is cut, so that the till does not take the slip for printed.
 */
function answer(line: Line, question: RawQuestion): void {
	const isInOrder = question.ask === "paper" || question.ask === "fence" || question.ask === "drawer";
	if (question.ask === "changes") line.reportsChanges = question.mask !== 0;
	const job = isInOrder ? line.lastJob : undefined;
	if (job === undefined) return say(line, question, () => {});
	const { heard } = line.jobs.asked(job);
	line.waitingAnswers += 1;
	line.answering = line.answering.then(async () => {
		if (await line.jobs.isPrinted(job)) say(line, question, heard);
		else line.socket.resetAndDestroy();
		line.waitingAnswers -= 1;
	});
}

function say(line: Line, question: RawQuestion, heard: () => void): void {
	const status = line.jobs.status(line.printer);
	const bytes = answerTo(question, status);
	if (question.ask === "changes") line.lastSent = JSON.stringify(changesAnswer(status));
	if (bytes && !line.socket.destroyed) line.socket.write(bytes, (error) => error || line.socket.destroyed || heard());
}

function reportChanges(line: Line): void {
	if (!line.reportsChanges || line.socket.destroyed) return;
	const bytes = changesAnswer(line.jobs.status(line.printer));
	const status = JSON.stringify(bytes);
	if (status !== line.lastSent) line.socket.write(bytes);
	line.lastSent = status;
}

async function endSlip(line: Line): Promise<void> {
	if (line.reader.isInCommand()) return;
	const slip = line.reader.end();
	if (slip) await queue(line, slip);
}

/** The till sent FIN, or nothing for `idleMs`: complete slips are printed, and the connection ends when its questions are answered. */
async function ended(line: Line): Promise<void> {
	if (line.socket.destroyed) return;
	if (line.reader.isInCommand()) {
		await line.jobs.refuse(line, partly, line.reader.end()?.bytes);
		return void line.socket.resetAndDestroy();
	}
	await endSlip(line);
	await line.answering;
	line.socket.end();
}

/** The connection is gone. After `ended` no unfinished slip is kept. */
async function broken(line: Line): Promise<void> {
	const isUnfinished = line.reader.hasInk() || line.reader.isInCommand();
	const part = line.reader.end()?.bytes;
	if (isUnfinished && !line.over.aborted) await line.jobs.refuse(line, partly, part);
}
