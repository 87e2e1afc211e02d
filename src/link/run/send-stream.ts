import { type RateLimit, spendBytes } from "../machine/rate-limit.ts";
import { type Outgoing, openSender, type Row, type Sender, type SenderEvent, stepSender } from "../machine/sender.ts";
import { canonicalText } from "../protocol/chain.ts";
import { packData } from "../protocol/envelope.ts";
import type { Data, Stream, StreamPosition } from "../protocol/messages.ts";
import { alarmClock, type Clock, type Dice, type LinkLog } from "./clock.ts";

interface Numbered {
	seq: number;
	hash: string;
	record: unknown;
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
	/** The other side has committed up to here; may reject, and is then told again. */
	moved(at: StreamPosition): Promise<unknown> | undefined;
	greet(why: string): void;
}

export interface SendStream {
	apply(event: SenderEvent): void;
	stop(): void;
	readonly state: Readonly<Sender>;
}

type DataHead = Omit<Data, "records" | "crc32c">;

/** Of a batch that begins after a gap the first record is in `leap` (LINK rule 11). Undefined: it does not fit the wire. */
function packBatch(head: DataHead, { rows, leap }: Outgoing): Buffer | undefined {
	const texts = rows.map((row) => row.text);
	if (!leap) return packData(head, texts);
	const { seq, hash, text } = rows[0]!;
	return packData({ ...head, leap: { to: seq, hash, why: "no-longer-held", record: JSON.parse(text) as unknown } }, texts.slice(1));
}

/** Performs what one stream's sender decides, at either end. */
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

	/** The other side says it once. On a line that then falls quiet nothing else would bring it up to date (found by simulation). */
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

	function rowOf({ seq, hash, record }: Numbered): Row[] {
		try {
			return [{ seq, hash, text: canonicalText(record) }];
		} catch {
			log.warn({ stream, seq }, "a record that has no canonical JSON is left out");
			return [];
		}
	}

	function send(batch: Outgoing): void {
		const { from, n, prevHash } = batch;
		const head = { session: deps.session(), stream, epoch: sender.epoch, from, n, prevHash };
		const sent = packBatch(head, batch) ?? tooLarge(head, batch.rows);
		spendBytes(rateLimit, sent.length);
		deps.publish(sent);
	}

	/** One record that no message can carry, alone in its batch (or after a hole): the other side counts it as lost and goes on. */
	function tooLarge(head: DataHead, rows: Row[]): Buffer {
		const last = rows.at(-1)!;
		log.warn({ stream, seq: last.seq, bytes: last.text.length }, "a record too large for the wire is left out");
		return packData({ ...head, leap: { to: last.seq, hash: last.hash, why: "too-large" } }, [])!;
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
