/**
 * Makes the copy: reads the ledger's log behind each commit and hands it to the target.
 *
 *   away ── target opened ──▶ the copy's position is in this log? ── yes ──▶ following: each commit, and once a second a sign of life
 *     ▲                                    └── no ──▶ base: blocks that differ, then the log ──▶ following
 *     └── the target fails, or the log was begun anew before it was read
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import type { MessagePort } from "node:worker_threads";
import type { CopierSays, WriterSays } from "../ledger/copy/held-answers.ts";
import { endOfLog, framesAtOnce, framesOf, isPlaceInLog, type LogPosition } from "../ledger/copy/log.ts";
import { blockBytes, digestOf, type SideFile, sideFiles, type TakenOver } from "./copy-folder.ts";
import type { CopyTarget } from "./target.ts";

export interface CopierStatus {
	state: "away" | "base" | "following" | "behind" | "taken-over";
	/** Why it is away; null otherwise. */
	why: string | null;
	/** When the copy had everything for the last time. RFC 3339. */
	copiedAt: string | null;
	/** Of a base that is on its way. */
	percent: number | null;
	takenOver: TakenOver | null;
}

export interface CopierOptions {
	/** `ledger.db`. */
	ledger: string;
	/** Where the files that go with the ledger are. */
	files: Partial<Record<SideFile, string>>;
	open(): Promise<CopyTarget>;
	/** The channel to the ledger's writer. */
	writer: MessagePort;
	now(): string;
	report(status: CopierStatus): void;
	/** The ledger was closed. */
	ended(): void;
}

const signOfLifeMs = 1_000;
const lookAtFilesEveryMs = 5_000;
const againAfterMs = [200, 1_000, 2_000, 5_000, 10_000] as const;

/** The log was begun anew, or the ledger replaced, before the copy had all of it. */
class LogLost extends Error {}
const lost = "the ledger's log was begun anew before the copy had all of it; a new base is made";
/** How long a message of the ledger's thread may be on its way. */
const messageWithinMs = 50;

export interface RunningCopier {
	/** Head office says that another box has the store's place, or takes that back. */
	fence(isFenced: boolean): void;
}

export function startCopier(options: CopierOptions): RunningCopier {
	const copier = new Copier(options);
	void copier.run();
	return { fence: (isFenced) => copier.fence(isFenced) };
}

class Copier {
	readonly #options: CopierOptions;
	#status: CopierStatus = { state: "away", why: "it has not been reached yet", copiedAt: null, percent: null, takenOver: null };
	#target: CopyTarget | undefined;
	/** The position that the copy has. */
	#at: LogPosition | undefined;
	/** The number of the last commit that the writer announced. */
	#committed = 0;
	/** Where the log ended at the last full checkpoint: everything before is in the pages, and a log that begins anew continues from there. */
	#cleanAt: LogPosition | undefined;
	#isLost = false;
	#isClosing = false;
	#isStopped = false;
	#wake: (() => void) | undefined;
	#held: ((clean: boolean) => void) | undefined;
	readonly #sent = new Map<SideFile, string>();
	#lookedAtFilesMs = Number.NEGATIVE_INFINITY;

	constructor(options: CopierOptions) {
		this.#options = options;
		options.writer.on("message", (said: WriterSays) => this.#take(said));
		options.writer.on("close", () => this.stop());
	}

	fence(isFenced: boolean): void {
		this.#post({ takenOver: isFenced });
		if (!isFenced && this.#status.state === "following") this.#post({ following: true });
	}

	stop(): void {
		if (this.#isStopped) return;
		this.#isStopped = true;
		this.#wake?.();
		this.#target?.close();
		this.#options.ended();
	}

	async run(): Promise<void> {
		for (let failures = 0; !this.#isStopped; failures += 1) {
			try {
				this.#target = await this.#options.open();
				if (this.#endsWith(this.#target.found.takenOver)) return;
				await this.#begin(this.#target);
				failures = -1;
				await this.#follow(this.#target);
				return;
			} catch (error) {
				this.#target?.close();
				this.#target = undefined;
				if (this.#isStopped || this.#status.state === "taken-over") return;
				this.#away((error as Error).message);
				await this.#sleep(againAfterMs[Math.min(Math.max(0, failures), againAfterMs.length - 1)]!);
			}
		}
	}

	#take(said: WriterSays): void {
		if ("committed" in said) this.#committed = said.committed;
		else if ("clean" in said) this.#cleanAt = this.#at;
		else if ("lost" in said) {
			this.#isLost = true;
			this.#cleanAt = undefined;
		} else if ("held" in said) this.#held?.(said.held.clean);
		else if ("closing" in said) this.#isClosing = true;
		else if ("alone" in said) this.#say({ state: "behind", why: "it does not keep up" });
		this.#wake?.();
	}

	/** Goes on from where the copy is, or makes a new base. */
	async #begin(target: CopyTarget): Promise<void> {
		await this.#hold(false);
		this.#isLost = false;
		const wal = `${this.#options.ledger}-wal`;
		const { position } = target.found;
		this.#at = position;
		if (!position || !(this.#isClean() || isPlaceInLog(wal, position))) await this.#base(target);
		await this.#catchUp(target);
		if (this.#status.state !== "taken-over") this.#post({ following: true });
	}

	async #base(target: CopyTarget): Promise<void> {
		this.#say({ state: "base", why: null, percent: 0 });
		const isClean = await this.#hold(true);
		this.#cleanAt = isClean ? endOfLog(`${this.#options.ledger}-wal`)?.at : undefined;
		const there = await target.beginBase();
		const fd = openSync(this.#options.ledger, "r");
		try {
			const { size } = fstatSync(fd);
			const digests: string[] = [];
			for (let at = 0; at < size; at += blockBytes) {
				const bytes = Buffer.alloc(Math.min(blockBytes, size - at));
				readSync(fd, bytes, 0, bytes.length, at);
				const digest = digestOf(bytes);
				const index = digests.push(digest) - 1;
				if (digest !== there[index]) await target.putBlock(index, bytes);
				this.#refuseLost();
				this.#say({ percent: Math.floor((100 * (at + bytes.length)) / size) });
			}
			await target.endBase(size, digests);
			this.#refuseLost();
		} finally {
			closeSync(fd);
		}
		this.#at = undefined;
		this.#say({ percent: null });
	}

	async #follow(target: CopyTarget): Promise<void> {
		for (let aliveMs = 0; !this.#isStopped; ) {
			const isIdle = (await this.#catchUp(target)) && !this.#isClosing;
			if (this.#status.state === "taken-over") return;
			if (isIdle) await this.#sleep(signOfLifeMs);
			else if (this.#isClosing) await this.#sleep(20);
			if (performance.now() - aliveMs < signOfLifeMs) continue;
			aliveMs = performance.now();
			if (this.#endsWith(await target.heard(this.#options.now()))) return;
			await this.#sendFiles(target);
		}
	}

	/** Sends what was committed since. Answers whether nothing came meanwhile. */
	async #catchUp(target: CopyTarget): Promise<boolean> {
		const committed = this.#committed;
		this.#refuseLost();
		const wal = `${this.#options.ledger}-wal`;
		const end = endOfLog(wal, this.#at);
		if (end && end.at.salts !== this.#at?.salts) {
			// The writer says `clean` before the log gets another name; that message may still be on its way.
			if (!this.#isClean()) await this.#sleep(messageWithinMs);
			if (!this.#isClean()) throw new LogLost(lost);
			await target.beginLog(end.header);
			this.#at = { ...end.at, frames: 0 };
		}
		const from = this.#at?.frames ?? 0;
		if (end && end.at.frames > from) {
			for (let at = from; at < end.at.frames; at += framesAtOnce) {
				const to = Math.min(at + framesAtOnce, end.at.frames);
				if (this.#endsWith(await target.append(at, framesOf(wal, at, to), to === end.at.frames))) return false;
			}
			this.#at = end.at;
		}
		this.#post({ has: committed });
		if (committed === this.#committed) this.#say({ state: "following", why: null, copiedAt: this.#options.now() });
		return committed === this.#committed;
	}

	/** The files that go with the ledger, where they changed. */
	async #sendFiles(target: CopyTarget): Promise<void> {
		if (performance.now() - this.#lookedAtFilesMs < lookAtFilesEveryMs) return;
		this.#lookedAtFilesMs = performance.now();
		for (const name of sideFiles) {
			const path = this.#options.files[name];
			const look = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
			const stamp = look && `${look.mtimeMs} ${look.size}`;
			if (stamp === undefined || this.#sent.get(name) === stamp) continue;
			await target.putFile(name, readFileSync(path!));
			this.#sent.set(name, stamp);
		}
	}

	#isClean(): boolean {
		return !this.#at || (this.#cleanAt?.salts === this.#at.salts && this.#cleanAt.frames === this.#at.frames);
	}

	#refuseLost(): void {
		if (this.#isLost) throw new LogLost(lost);
	}

	#hold(checkpoint: boolean): Promise<boolean> {
		return new Promise((resolve) => {
			this.#held = resolve;
			this.#post({ hold: true, checkpoint });
		});
	}

	#endsWith(mark: TakenOver | undefined): boolean {
		if (!mark) return false;
		this.#post({ takenOver: true });
		this.#say({ state: "taken-over", why: null, takenOver: mark });
		this.#target?.close();
		return true;
	}

	#away(why: string): void {
		this.#post({ away: true });
		this.#sent.clear();
		this.#say({ state: "away", why });
	}

	#post(said: CopierSays): void {
		this.#options.writer.postMessage(said);
	}

	#say(change: Partial<CopierStatus>): void {
		const before = this.#status;
		this.#status = { ...before, ...change };
		const isNews = before.state !== this.#status.state || before.why !== this.#status.why || before.percent !== this.#status.percent;
		if (isNews || change.copiedAt !== undefined) this.#options.report(this.#status);
	}

	#sleep(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const done = (): void => {
				clearTimeout(timer);
				this.#wake = undefined;
				resolve();
			};
			const timer = setTimeout(done, ms);
			this.#wake = done;
		});
	}
}
