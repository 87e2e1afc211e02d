import { openPace, type PaceLimits } from "../machine/rate-limit.ts";
import type { Incoming, Rejected } from "../machine/receiver.ts";
import { usualWindow } from "../machine/sender.ts";
import { pack, type UpMessage } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import {
	type DownStream,
	downStreams,
	type HelloUp,
	linkVersion,
	type Mark,
	type Req,
	type Res,
	type UpStream,
	upStreams,
	type Welcome,
} from "../protocol/messages.ts";
import { checkRecord } from "../protocol/records.ts";
import type { Clock, Dice, LinkLog } from "../run/clock.ts";
import { type Inward, runInward } from "../run/receive-stream.ts";
import { type Outward, runOutward } from "../run/send-stream.ts";
import { openCommands } from "./commands.ts";
import { agreeDown, baseOf, pastsFor } from "./handshake.ts";
import { openQuarantine, type Quarantine } from "./quarantine.ts";
import type { ArrivedRecord, HqLinkStore, StoreState } from "./repository.ts";
import { answerRequests } from "./requests.ts";

export interface BranchPort {
	store: string;
	book: HqLinkStore;
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	pace: PaceLimits;
	/** RFC 3339, for the welcome. */
	wall(): string;
	publish(channel: Channel, payload: Buffer): void;
}

export interface BranchStatus {
	state: "silent" | "talking" | "fenced" | "unknown";
	session: string | null;
	inc: number | null;
	/** Milliseconds of the line's clock since the store was last heard, or null. */
	silentForMs: number | null;
	refused: number;
	poison: number;
	parked: number;
}

/** HQ's end towards one store. */
export interface Branch {
	arrived(message: UpMessage): void;
	news(stream: DownStream): void;
	/** HQ has just connected: whoever hears this says hello. */
	ask(): void;
	command(name: string, args: Record<string, unknown>, ttlMs: number): Promise<Res>;
	status(): BranchStatus;
	stop(): void;
}

/** A store greets after a minute's silence; three of those missed, and its streams stop trying. */
const awayAfterMs = 200_000;
const askEveryMs = 2_000;
/** A store that only sends facts greets for hours no more; people read of its last word to the minute. */
const seenEveryMs = 60_000;
/** A store that is further ahead of its acknowledgements took a snapshot, maybe from another process. */
const mostOnTheWay = usualWindow * 200;
/** Sessions of fenced boxes heard at a time. */
const mostQuarantines = 4;

export function openBranch(port: BranchPort): Branch {
	const { store, book, clock, dice, log } = port;
	const pace = openPace(port.pace, clock.nowMs());
	let state: BranchStatus["state"] = "silent";
	let session = "none";
	let inc = 0;
	let heardAtMs: number | undefined;
	let askedAtMs = -Infinity;
	let seenAtMs = -Infinity;
	let greeting: Promise<void> | undefined;
	let nextHello: HelloUp | undefined;
	let lastHello: HelloUp | undefined;
	let stopped = false;
	/** Since this process answers for it, what HQ and the store know has been compared. */
	let compared = false;
	const counts = { refused: 0, poison: 0, parked: 0 };
	/** Streams the store fetches whole: nothing is sent until it greets again. */
	const fetching = new Set<DownStream>();
	const quarantines = new Map<string, Quarantine>();
	const requests =
		book.catalog &&
		answerRequests({
			store,
			catalog: book.catalog,
			clock,
			pace,
			log,
			session: () => session,
			publish: (payload) => port.publish("res", payload),
		});
	const commands = openCommands({ clock, wall: () => port.wall(), publish: (cmd) => port.publish("cmd", pack(cmd)) });

	const ask = (): void => {
		if (clock.nowMs() - askedAtMs < askEveryMs) return;
		askedAtMs = clock.nowMs();
		port.publish("hello", pack({ v: linkVersion, ask: true }));
	};

	const inward = Object.fromEntries(
		upStreams.map((stream) => [
			stream,
			runInward({
				stream,
				clock,
				log,
				session: () => session,
				publish: port.publish,
				greet: ask,
				commit: (batch) => commit(stream, batch),
			}),
		]),
	) as Record<UpStream, Inward>;

	const outward = Object.fromEntries(
		downStreams.map((stream) => [
			stream,
			runOutward({
				stream,
				clock,
				dice,
				pace,
				log,
				session: () => session,
				greet: ask,
				read: (after, limit) => book.downAfter(store, stream, after, limit),
				publish(payload) {
					if (heardAtMs !== undefined && clock.nowMs() - heardAtMs > awayAfterMs) fallSilent();
					else port.publish("data", payload);
				},
				moved: ({ epoch, position, hash }) => book.moveDown(store, stream, epoch, position, hash),
			}),
		]),
	) as Record<DownStream, Outward>;

	function fallSilent(): void {
		state = state === "talking" ? "silent" : state;
		for (const stream of downStreams) outward[stream].happen({ type: "end" });
	}

	async function commit(stream: UpStream, batch: Incoming): Promise<{ position: number; hash: string; rejected: Rejected }> {
		const refused: Rejected = [];
		const records = batch.records.map(({ seq, hash, record }): ArrivedRecord => {
			const checked = checkRecord(stream, record);
			if (checked.kind === "known") return { seq, hash, record };
			if (checked.kind === "parked") {
				counts.parked += 1;
				return { seq, hash, record, parked: true };
			}
			counts.poison += 1;
			refused.push({ seq, code: checked.code });
			return { seq, hash, record, poison: { code: checked.code, why: checked.why } };
		});
		const lost = batch.lost.length > 0 ? { lost: batch.lost } : {};
		const { epoch, from, upTo, hash } = batch;
		const accepted = await book.acceptUp(store, { inc, stream, epoch, from, upTo, hash, records, ...lost });
		const others = accepted.rejected.filter((each) => !refused.some((known) => known.seq === each.seq));
		return { position: accepted.position, hash: accepted.hash, rejected: [...refused, ...others] };
	}

	/** One hello at a time; of several that wait, the newest. */
	function hello(body: HelloUp): void {
		// Overtaken by a later one of the same box: what it says is no longer so.
		if (lastHello && body.boot === lastHello.boot && body.inc === lastHello.inc && body.clock.monoMs < lastHello.clock.monoMs) return;
		lastHello = body;
		nextHello = body;
		if (greeting) return;
		greeting = (async () => {
			while (nextHello) {
				const body = nextHello;
				nextHello = undefined;
				await welcome(body);
			}
		})()
			.catch((error: unknown) => log.warn({ store, error: String(error) }, "cannot answer a hello; the store will say it again"))
			.finally(() => {
				greeting = undefined;
			});
	}

	async function welcome(hello: HelloUp): Promise<void> {
		const known = await book.load(store);
		if (stopped) return;
		const answer: Welcome = {
			v: linkVersion,
			session: hello.session,
			t0: hello.clock.monoMs,
			now: port.wall(),
			up: {},
			dn: {},
			window: usualWindow,
		};
		if (!known || known.fenced || hello.inc < known.inc) {
			await refuse(known ? "fenced" : "unknown", hello, answer);
			return;
		}
		// Where it has been is compared now, and of no use later.
		const { marks: _, ...said } = hello;
		await book.heard(store, said);
		seenAtMs = clock.nowMs();
		session = hello.session;
		inc = hello.inc;
		// It may have its place back without a new session; from now on it is listened to.
		quarantines.get(session)?.stop();
		quarantines.delete(session);
		for (const stream of upStreams) {
			const mark = await openUp(stream, hello, known);
			if (mark) answer.up[stream] = mark;
		}
		const marks = await pastsFor(book, store, hello, answer.up);
		if (Object.keys(marks).length > 0) answer.marks = marks;
		const begins: [DownStream, Mark][] = [];
		for (const stream of downStreams) {
			const position = known.dn[stream];
			if (!position) continue;
			const agreed = await agreeDown(book, store, stream, hello, position, commands.ask);
			// On a quiet line hellos are short, and a late one is out of date: what is wanted says where the store is, and has been.
			if (!agreed) return ask();
			const { head, at, parted, learned } = agreed;
			if (learned) {
				const { epoch: _, base, ...counts } = learned;
				log.warn(
					{ store, stream, ...parted, ...counts, from: base.position },
					"head office was restored from a backup; this is what the store told it back",
				);
			} else if (parted) log.warn({ store, stream, ...parted, from: at.position }, "the store has records HQ does not; a new epoch begins");
			answer.dn[stream] = head;
			if (head.snapshot) {
				outward[stream].happen({ type: "end" });
				fetching.add(stream);
			} else {
				const tookWhole = fetching.delete(stream) || at.position - position.acked > mostOnTheWay;
				if (tookWhole && stream === "catalog") await book.leftOut?.(store, at.position);
				begins.push([stream, at]);
			}
		}
		if (stopped) return;
		if (!compared) await book.greeted?.(store);
		compared = true;
		state = "talking";
		port.publish("hello", pack({ ...answer, now: port.wall() }));
		for (const [stream, at] of begins) outward[stream].happen({ type: "begin", window: usualWindow, ...at });
		for (const [stream] of begins) outward[stream].happen({ type: "news" });
	}

	/** A younger box took over, or nobody enrolled this one: it is told, and what it sends changes nothing. */
	async function refuse(why: "fenced" | "unknown", hello: HelloUp, answer: Welcome): Promise<void> {
		const granted = why === "fenced" ? await book.takeIncarnation?.(store, hello) : undefined;
		if (granted !== undefined) {
			log.info({ store, inc: granted }, "another box takes the store's place");
			port.publish("hello", pack({ ...answer, fenced: true, inc: granted }));
			return;
		}
		counts.refused += 1;
		log.warn({ store, why, inc: hello.inc }, "a store that may not talk was refused");
		// The box that is fenced must not silence the one that replaced it: they share this branch.
		if (state !== "talking" || hello.session === session) {
			fallSilent();
			state = why;
		}
		if (why === "fenced" && book.quarantine && hello.can?.includes("quarantine")) {
			const apart = quarantineOf(hello);
			answer.up = await apart.welcome(hello);
			answer.marks = await pastsFor(book, store, hello, answer.up);
		}
		if (!stopped) port.publish("hello", pack({ ...answer, [why]: true }));
	}

	function quarantineOf(hello: HelloUp): Quarantine {
		const known = quarantines.get(hello.session);
		if (known) return known;
		const [oldest] = quarantines;
		if (oldest && quarantines.size >= mostQuarantines) {
			oldest[1].stop();
			quarantines.delete(oldest[0]);
		}
		const opened = openQuarantine({ store, session: hello.session, inc: hello.inc, book, clock, log, publish: port.publish, ask });
		quarantines.set(hello.session, opened);
		return opened;
	}

	async function openUp(stream: UpStream, hello: HelloUp, known: StoreState): Promise<Mark | undefined> {
		const head = hello.up[stream];
		if (!head) return undefined;
		const own = inward[stream].state.at;
		const held = known.up[stream];
		// A commit may have finished since `load` looked.
		if (own?.epoch === head.epoch && held?.epoch === head.epoch) return own.position > held.position ? own : begin(held);
		if (held?.epoch === head.epoch) return begin(held);
		return begin(await book.openUpEpoch(store, stream, head.epoch, baseOf(head, held), head.parent));

		function begin({ epoch, position, hash }: Mark): Mark {
			// Also further on in the same epoch: what was in quarantine may have been released meanwhile.
			const at = inward[stream].state.at;
			if (at?.epoch !== epoch || at.position < position) inward[stream].begin({ epoch, position, hash });
			return { epoch, position, hash };
		}
	}

	function again({ stream, epoch, from }: Extract<Req, { stream: unknown }>): void {
		const asked = downStreams.find((each) => each === stream);
		if (asked) outward[asked].happen({ type: "nak", epoch, have: from - 1, why: "gap" });
	}

	/** Only the box that greeted last is listened to: one that was replaced may still be switched on, and acknowledge what it overhears. */
	function current(of: string): boolean {
		if (state === "talking" && of === session) {
			noteSeen();
			return true;
		}
		ask();
		return false;
	}

	function noteSeen(): void {
		if (!book.seen || clock.nowMs() - seenAtMs < seenEveryMs) return;
		seenAtMs = clock.nowMs();
		book.seen(store).catch((error: unknown) => log.warn({ store, error: String(error) }, "cannot note that the store was heard"));
	}

	return {
		ask,
		arrived(message) {
			heardAtMs = clock.nowMs();
			switch (message.ch) {
				case "hello":
					hello(message.body);
					return;
				case "data": {
					const apart = quarantines.get(message.body.session);
					if (apart) return apart.arrived(message.body);
					const stream = upStreams.find((each) => each === message.body.stream);
					if (stream && current(message.body.session)) inward[stream].arrived(message.body);
					return;
				}
				case "ack": {
					const stream = downStreams.find((each) => each === message.body.stream);
					if (stream && current(message.body.session)) outward[stream].happen({ type: "ack", ...message.body });
					return;
				}
				case "nak": {
					const stream = downStreams.find((each) => each === message.body.stream);
					if (stream) outward[stream].happen({ type: "nak", ...message.body });
					return;
				}
				case "res":
					commands.arrived(message.body);
					return;
				case "req":
					if ("stream" in message.body) return again(message.body);
					if (current(message.body.session)) requests?.take(message.body);
					return;
				case "cmd":
					return; // HQ asks of stores, not the other way round
			}
		},
		news(stream) {
			// It greeted before it was enrolled, and would wait a while before it tries again.
			if (state === "unknown") return ask();
			if (state !== "talking") return; // its hello, when it comes, will find the records
			if (fetching.has(stream)) return;
			if (outward[stream].state.talking) outward[stream].happen({ type: "news" });
			else ask();
		},
		command: (name, args, ttlMs) => commands.ask(name, args, ttlMs),
		status() {
			const silentForMs = heardAtMs === undefined ? null : clock.nowMs() - heardAtMs;
			const talking = state === "talking" && silentForMs !== null && silentForMs < awayAfterMs;
			const seen = state === "talking" && !talking ? "silent" : state;
			return { state: seen, session: talking ? session : null, inc: talking ? inc : null, silentForMs, ...counts };
		},
		stop() {
			stopped = true;
			for (const stream of downStreams) outward[stream].stop();
			for (const stream of upStreams) inward[stream].stop();
			for (const apart of quarantines.values()) apart.stop();
			requests?.stop();
			commands.stop();
		},
	};
}
