import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import { type RateLimit, spendBytes } from "../machine/rate-limit.ts";
import {
	isOneRun,
	type Outgoing,
	openSender,
	type Row,
	type SealedRecord,
	type Sender,
	type SenderEvent,
	stepSender,
} from "../machine/sender.ts";
import { packData } from "../protocol/envelope.ts";
import type { Data, SealRun, Stream, StreamPosition } from "../protocol/messages.ts";
import { alarmClock, type Clock, type Dice, type LinkLog } from "./clock.ts";

interface Numbered {
	seq: number;
	hash: string;
	record: unknown;
	sealed?: SealedRecord;
}

/** The part of a batch that is signed (trust/statements.ts). */
export interface SignedBatch {
	stream: Stream;
	epoch: string;
	from: number;
	upTo: number;
	hash: string;
	leap?: NonNullable<Data["leap"]>;
}

export interface SendStreamDeps {
	stream: Stream;
	clock: Clock;
	dice: Dice;
	rateLimit: RateLimit;
	log: LinkLog;
	session(): string;
	/** Records after `after`, in order; a number left out no longer exists. */
	read(after: number, limit: number): Promise<Numbered[]> | Numbered[];
	publish(payload: Buffer): void;
	/** Left out, or nothing: the batch goes unsigned. */
	sign?(batch: SignedBatch): { kid: string; sig: string } | undefined;
	/** The other side has committed up to here. May reject; then it is called again. */
	moved(at: StreamPosition): Promise<unknown> | undefined;
	greet(why: string): void;
}

export interface SendStream {
	apply(event: SenderEvent): void;
	stop(): void;
	readonly state: Readonly<Sender>;
}

type DataHead = Omit<Data, "records" | "crc32c">;

/** The seals of these records: one run for each stretch of records that one seal names one after the other. */
function sealsOf(rows: readonly Row[]): SealRun[] {
	const runs: { from: number; n: number; sealed: SealedRecord }[] = [];
	rows.forEach((row, at) => {
		if (isOneRun(rows[at - 1], row)) runs.at(-1)!.n += 1;
		else if (row.sealed) runs.push({ from: row.seq, n: 1, sealed: row.sealed });
	});
	return runs.map(({ from, n, sealed: { seal, leaf, prove } }) => ({ from, n, leaf, proof: prove(leaf, leaf + n), seal }));
}

function signatureOf(sign: SendStreamDeps["sign"], head: DataHead, hash: string): { kid: string; sig: string } | undefined {
	const { stream, epoch, from, n, leap } = head;
	return sign?.({ stream, epoch, from, upTo: from + n - 1, hash, ...defined({ leap }) });
}

/**
 * The message of a batch. Where the batch begins after a gap, its first record is in `leap` (LINK rule 11). Undefined: it does not fit the
 * wire.
 */
function packBatch(at: DataHead, { rows, leap }: Outgoing, sign: SendStreamDeps["sign"]): Buffer | undefined {
	const [first, ...rest] = rows as [Row, ...Row[]];
	const { seq, hash, text } = first;
	const head = leap ? { ...at, leap: { to: seq, hash, why: "no-longer-held", record: JSON.parse(text) as unknown } } : at;
	const carried = leap ? rest : rows;
	const seals = sealsOf(carried);
	return packData(
		{ ...head, ...signatureOf(sign, head, rows.at(-1)!.hash), ...(seals.length > 0 && { seals }) },
		carried.map((row) => row.text),
	);
}

/** Performs the effects of one stream's sender, at either end. */
export function runSendStream(deps: SendStreamDeps): SendStream {
	const { clock, dice, rateLimit, log, stream } = deps;
	const sender = openSender();
	let stopped = false;
	let newest: StreamPosition | undefined;
	const alarm = alarmClock(clock, () => apply({ type: "tick" }));

	function apply(event: SenderEvent): void {
		if (stopped) return;
		const { effects, wakeAtMs } = stepSender(sender, event, { nowMs: clock.nowMs(), jitter: dice(), rateLimit });
		alarm.set(wakeAtMs);
		for (const effect of effects) {
			if (effect.effect === "read") void read(effect.read, effect.after, effect.limit);
			else if (effect.effect === "send") send(effect.batch);
			else if (effect.effect === "moved") void note({ epoch: effect.epoch, position: effect.upTo, hash: effect.hash });
			else deps.greet(effect.why);
		}
	}

	/**
	 * Retried until it succeeds: the other end sends an acknowledgement once, and on a quiet line no further one follows (found by
	 * simulation).
	 */
	async function note(at: StreamPosition): Promise<void> {
		newest = at;
		try {
			await deps.moved(at);
		} catch (error) {
			log.warn({ stream, position: at.position, error: String(error) }, "cannot note what the other side has; trying again");
			clock.after(1_000 + 4_000 * dice(), () => {
				if (!stopped && newest === at) void note(at);
			});
		}
	}

	async function read(id: number, after: number, limit: number): Promise<void> {
		try {
			const rows = (await deps.read(after, limit)).flatMap(rowOf);
			apply({ type: "rows", read: id, rows });
		} catch (error) {
			log.warn({ stream, after, error: String(error) }, "cannot read what is to be sent; trying again");
			clock.after(1_000 + 4_000 * dice(), () => void read(id, after, limit));
		}
	}

	function rowOf({ seq, hash, record, sealed }: Numbered): Row[] {
		try {
			return [{ seq, hash, text: canonicalText(record), ...(sealed && { sealed }) }];
		} catch {
			log.warn({ stream, seq }, "a record that has no canonical JSON is left out");
			return [];
		}
	}

	function send(batch: Outgoing): void {
		const { from, n, prevHash } = batch;
		const head = { session: deps.session(), stream, epoch: sender.epoch, from, n, prevHash };
		const sent = packBatch(head, batch, deps.sign) ?? tooLarge(head, batch.rows);
		spendBytes(rateLimit, sent.length);
		deps.publish(sent);
	}

	/** The message for one record that no message can carry: the other end counts it as lost and goes on. */
	function tooLarge(at: DataHead, rows: Row[]): Buffer {
		const last = rows.at(-1)!;
		log.warn({ stream, seq: last.seq, bytes: last.text.length }, "a record too large for the wire is left out");
		const head = { ...at, leap: { to: last.seq, hash: last.hash, why: "too-large" } };
		return packData({ ...head, ...signatureOf(deps.sign, head, last.hash) }, [])!;
	}

	return {
		apply,
		stop() {
			stopped = true;
			alarm.set(undefined);
		},
		state: sender,
	};
}
