/**
 * While a copy of the ledger is kept elsewhere, answers wait until the copy has what they are about.
 *
 *   commit ──▶ its number goes to the copier ──▶ the copy has it on its disk ──▶ answers and bells go out
 *
 *   following ── the copy is silent for `waitMs`, or the copier says that it is away ──▶ alone: answers go out at once (`go-on`),
 *       ▲                                                                                  or writes are refused (`refuse`)
 *       └───────────────── the copier says that the copy has everything ──────────────────┘
 *
 * `sync`: every answer waits. `async`: at most `aheadMost` answers are given beyond what the copy has, and what goes to paper waits always,
 * so that a spare never prints it again. SQLite never checkpoints by itself: the log is worked in when the copy has all of it, or when it
 * has grown to `holdBytes`; then the copy needs a new base.
 */
import type { MessagePort } from "node:worker_threads";
import { unpackScans } from "../../words/scan.ts";
import type { Answer, Call, Committed } from "../ledger.ts";
import { limits } from "../limits.ts";
import { frameBytes } from "./log.ts";

export interface CopyRules {
	mode: "async" | "sync";
	whenAway: "go-on" | "refuse";
	waitMs: number;
	aheadMost: number;
	holdBytes: number;
}

/** Messages of the copier to the writer. */
export type CopierSays =
	/** The copy has all commits up to this number. */
	| { has: number }
	/** The copier reads the log from now on; `checkpoint`: after a base, so the log should be short. Answered with `held`. */
	| { hold: true; checkpoint: boolean }
	/** The copy has everything and takes what comes. */
	| { following: true }
	| { away: true }
	/** Whether another box has the store's place. */
	| { takenOver: boolean };

/** Messages of the writer to the copier. */
export type WriterSays =
	| { committed: number }
	/** The whole log is in the ledger's pages: a log with another name goes on from here. */
	| { clean: true }
	/** The log was begun anew before the copy had all of it. */
	| { lost: true }
	| { held: { clean: boolean } }
	/** Answers wait no more for the copy, because it was silent for too long. */
	| { alone: true }
	/** The writer is about to close; nothing more is committed. */
	| { closing: true };

/** Upkeep and alarms: nobody outside was promised them, and they must be written while the copy is away. */
const upkeep: ReadonlySet<string> = new Set([
	...["raiseAlarm", "clearAlarm", "keepClockFloor", "doubtClock", "trustClock", "recordStart", "recordStop", "setIdentity"],
	...["keepScanReading", "recheckLabels", "keepDevices", "recordDevice", "recordLine", "recordAudit", "keepShelf", "tendScanModes"],
	...["tendOrderClocks", "activateDue", "recordCheckIns", "readScanBacklog", "closeCouponLeases"],
]);
/** Flows that must reach the copy before a byte goes to paper. */
const beforePaper: ReadonlySet<string> = new Set(["startPrint"]);

interface Held {
	/** Of the commit. */
	number: number;
	/** How many answers were asked for, these included. */
	asked: number;
	isStrict: boolean;
	sinceMs: number;
	committed: Committed;
}

export interface HeldAnswersDeps {
	rules: CopyRules;
	copier: MessagePort;
	send(committed: Committed): void;
	/** Works the log into the pages as far as readers let it; answers whether all of it was. */
	checkpoint(): boolean;
	/** Frames in the log, and how many of them are not in the pages yet. */
	log(): { frames: number; left: number };
}

/** The answers of one ledger that wait for its copy. */
export class HeldAnswers {
	readonly #deps: HeldAnswersDeps;
	#mode: "alone" | "following" | "taken-over" = "alone";
	#commits = 0;
	/** The number of the last commit that the copy has. */
	#has = 0;
	#asked = 0;
	#askedThatCopyHas = 0;
	/** Commits that the copy does not have yet, with how many answers were asked for up to each. */
	#unseen: { number: number; asked: number }[] = [];
	#held: Held[] = [];
	#timer: NodeJS.Timeout | undefined;
	#awayTimer: NodeJS.Timeout | undefined;

	constructor(deps: HeldAnswersDeps) {
		this.#deps = deps;
		deps.copier.on("message", (said: CopierSays) => this.#take(said));
	}

	/** Takes away the calls that are refused now, and answers them. */
	admit(calls: Call[]): Call[] {
		const code = this.#refusal();
		if (code === undefined) return calls;
		const out = calls.filter(({ flow }) => !upkeep.has(flow));
		if (out.length > 0) this.#deps.send({ answers: out.map(({ n }) => refused(n, code)), bells: [] });
		return calls.filter(({ flow }) => upkeep.has(flow));
	}

	committed(calls: readonly Call[], committed: Committed): void {
		const { rules, send, checkpoint } = this.#deps;
		this.#commits += 1;
		this.#post({ committed: this.#commits });
		if (this.#isLongerThan(rules.holdBytes) && checkpoint()) this.#post({ lost: true });
		const flowOf = new Map(calls.map(({ n, flow }) => [n, flow]));
		const isFree = ({ n }: Answer): boolean => upkeep.has(flowOf.get(n) ?? "");
		const free = committed.answers.filter(isFree);
		const promised = committed.answers.filter((answer) => !isFree(answer));
		if (promised.length === 0) return send(committed);
		if (free.length > 0) send({ answers: free, bells: [] });
		this.#asked += calls.filter(({ flow }) => !upkeep.has(flow)).reduce((sum, call) => sum + answersOf(call), 0);
		this.#unseen.push({ number: this.#commits, asked: this.#asked });
		// While the copy is away nobody asks for these.
		if (this.#unseen.length > unseenMost) this.#unseen = this.#unseen.slice(-unseenMost / 2);
		this.#held.push({
			number: this.#commits,
			asked: this.#asked,
			isStrict: rules.mode === "sync" || calls.some(({ flow }) => beforePaper.has(flow)),
			sinceMs: performance.now(),
			committed: { answers: promised, bells: committed.bells },
		});
		this.#release();
	}

	/** Resolves when the copy has everything, or was silent for too long. */
	async close(): Promise<void> {
		this.#post({ closing: true });
		const until = performance.now() + this.#deps.rules.waitMs;
		while (this.#mode === "following" && this.#has < this.#commits && performance.now() < until)
			await new Promise((done) => setTimeout(done, 5));
		if (this.#mode === "following") this.#mode = "alone";
		this.#release();
		clearTimeout(this.#timer);
		clearTimeout(this.#awayTimer);
		this.#deps.copier.close();
	}

	#take(said: CopierSays): void {
		if ("has" in said) return this.#takeHas(said.has);
		if ("hold" in said) return this.#post({ held: { clean: said.checkpoint && this.#deps.checkpoint() } });
		clearTimeout(this.#awayTimer);
		if ("takenOver" in said) this.#mode = said.takenOver ? "taken-over" : "alone";
		else if (this.#mode !== "taken-over" && "following" in said) this.#mode = "following";
		else if (this.#deps.rules.mode === "async") this.#goAlone();
		// A copy that is away for a moment is waited for.
		else this.#awayTimer = setTimeout(() => this.#goAlone(), this.#deps.rules.waitMs);
		this.#release();
	}

	#takeHas(number: number): void {
		this.#has = Math.max(this.#has, number);
		while (this.#unseen[0] && this.#unseen[0].number <= this.#has) this.#askedThatCopyHas = this.#unseen.shift()!.asked;
		this.#release();
		const isLevel = this.#mode === "following" && this.#has === this.#commits;
		if (isLevel && this.#isLongerThan(limits.walPages * frameBytes) && this.#deps.checkpoint()) this.#post({ clean: true });
	}

	#mayGo({ number, asked, isStrict }: Held): boolean {
		const { whenAway, aheadMost } = this.#deps.rules;
		if (this.#mode === "taken-over") return false;
		if (number <= this.#has || (this.#mode === "alone" && whenAway === "go-on")) return true;
		return this.#mode === "following" && !isStrict && asked <= this.#askedThatCopyHas + aheadMost;
	}

	#refusal(): string | undefined {
		if (this.#mode === "taken-over") return "taken-over";
		return this.#mode === "alone" && this.#deps.rules.whenAway === "refuse" ? "replica-behind" : undefined;
	}

	#release(): void {
		const { send, rules } = this.#deps;
		const code = this.#refusal();
		const stay: Held[] = [];
		for (const one of this.#held) {
			const { answers, bells } = one.committed;
			if (this.#mayGo(one)) send(one.committed);
			else if (code !== undefined) send({ answers: answers.map(({ n }) => refused(n, code)), bells });
			else stay.push(one);
		}
		this.#held = stay;
		clearTimeout(this.#timer);
		const [oldest] = stay;
		this.#timer = oldest && setTimeout(() => this.#goAlone(), Math.max(0, oldest.sinceMs + rules.waitMs - performance.now()));
	}

	#goAlone(): void {
		if (this.#mode !== "following") return;
		this.#mode = "alone";
		this.#post({ alone: true });
		this.#release();
	}

	#isLongerThan(bytes: number): boolean {
		const { frames, left } = this.#deps.log();
		return left > 0 && frames * frameBytes > bytes;
	}

	#post(said: WriterSays): void {
		this.#deps.copier.postMessage(said);
	}
}

const unseenMost = 10_000;

/** How many outside are answered by one call: the broker puts scans and messages of many clients into one. */
function answersOf({ args }: Call): number {
	const { packed, ops, scans } = (args ?? {}) as { packed?: unknown; ops?: unknown; scans?: unknown };
	if (typeof packed === "string") return Math.max(1, unpackScans(packed).length);
	return Math.max(1, Array.isArray(ops) ? ops.length : 0, Array.isArray(scans) ? scans.length : 0);
}

const refused = (n: number, code: string): Answer => ({
	n,
	ok: false,
	kind: "trouble",
	code,
	message:
		code === "taken-over"
			? "another box has taken this store over"
			: "the copy of the ledger is away, and replica.whenAway says to refuse then",
});
