import { usualWindow } from "../machine/sender.ts";
import { pack } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import {
	type DownHead,
	type DownStream,
	downStreams,
	type HelloUp,
	linkVersion,
	type StreamPosition,
	upStreams,
	type Welcome,
} from "../protocol/messages.ts";
import type { LinkLog } from "../run/clock.ts";
import type { Commands } from "./commands.ts";
import { agreeDown, type DownAgreement, pastsFor } from "./handshake.ts";
import type { Quarantines } from "./quarantine.ts";
import type { BoxKey, HqRepository, StoreState } from "./repository.ts";
import type { StoreStreams } from "./streams.ts";
import type { HqTrust } from "./trust-port.ts";

/** A store whose position is further ahead of its acknowledgements than this took a snapshot, perhaps served by another process. */
const recordsOnTheWayMost = usualWindow * 200;

export type Refusal = "fenced" | "unknown";

/** Whose hello it is (identity.ts). */
export type Whose = BoxKey | "anybody" | "stranger";

export interface WelcomeDeps {
	store: string;
	repository: HqRepository;
	log: LinkLog;
	streams: StoreStreams;
	commands: Commands;
	quarantines: Quarantines;
	/** Left out: HQ has no keys, and welcomes go unsigned. */
	trust?: HqTrust;
	/** RFC 3339. */
	wall(): string;
	publish(channel: Channel, payload: Buffer): void;
	/** The store is asked to greet. */
	greet(): void;
	isStopped(): boolean;
	/** From here on this box is listened to. */
	listenTo(hello: HelloUp): void;
	welcomed(): void;
	refused(why: Refusal, hello: HelloUp): void;
}

/** Answers a store's hello with a welcome: where each stream goes on. A box that may not talk gets a refusal, and changes nothing. */
export interface Welcomer {
	/** One hello at a time; of several that wait, the newest. */
	hello(hello: HelloUp, whose: Whose): void;
	/** The store fetches this stream whole; nothing is sent until it greets again. */
	isFetching(stream: DownStream): boolean;
}

/** One at a time; of several that wait, the newest. */
function oneAtATime<Item>(work: (item: Item) => Promise<void>, failed: (error: unknown) => void): (item: Item) => void {
	let working = false;
	let next: Item | undefined;
	async function workOff(): Promise<void> {
		for (let item = next; item !== undefined; item = next) {
			next = undefined;
			await work(item);
		}
	}
	return (item) => {
		next = item;
		if (working) return;
		working = true;
		workOff()
			.catch(failed)
			.finally(() => {
				working = false;
			});
	};
}

export function openWelcomer(deps: WelcomeDeps): Welcomer {
	const { store, repository, log, streams, quarantines } = deps;
	let lastHello: HelloUp | undefined;
	/** In this process both histories of this store have been compared at least once. */
	let isCompared = false;
	const fetching = new Set<DownStream>();

	/** A later hello of the same box has overtaken this one on its way: it is out of date. */
	const isOvertaken = ({ boot, inc, clock }: HelloUp): boolean =>
		lastHello !== undefined && boot === lastHello.boot && inc === lastHello.inc && clock.monoMs < lastHello.clock.monoMs;

	async function answer({ hello, whose }: { hello: HelloUp; whose: Whose }): Promise<void> {
		const known = await repository.load(store);
		if (deps.isStopped()) return;
		const welcome = emptyWelcome(deps, hello);
		// An incarnation is granted, never taken (LINK rule 13).
		const most = typeof whose === "object" ? (whose.ended ? 0 : whose.inc) : (known?.incMost ?? Infinity);
		const isGranted = known !== undefined && hello.inc >= known.inc && hello.inc <= most;
		if (!known || known.fenced || !isGranted) await refuse(deps, known ? "fenced" : "unknown", hello, welcome, whose);
		else await accept(hello, known, welcome);
	}

	async function accept(hello: HelloUp, known: StoreState, welcome: Welcome): Promise<void> {
		// Checkpoints are compared now; the database needs the rest only.
		const { marks: _, sig: __, ...kept } = hello;
		await repository.heard(store, kept);
		deps.listenTo(hello);
		// It may have its place back without a new session; from now on it is listened to.
		quarantines.close(hello.session);
		for (const stream of upStreams) {
			const at = await streams.openUp(stream, hello, known);
			if (at) welcome.up[stream] = at;
		}
		const checkpoints = await pastsFor(repository, store, hello, welcome.up);
		if (Object.keys(checkpoints).length > 0) welcome.marks = checkpoints;
		const begins = await agreeOnDown(deps, fetching, hello, known, welcome);
		// On a quiet line hellos are short, and a late one is out of date: a full one says where the store is, and has been.
		if (!begins) return deps.greet();
		if (deps.isStopped()) return;
		if (!isCompared) await repository.greeted?.(store);
		isCompared = true;
		deps.welcomed();
		const signed = await signedWelcome(deps, { ...welcome, now: deps.wall() }, hello, known);
		if (deps.isStopped()) return;
		deps.publish("hello", pack(signed));
		streams.startSending(begins);
	}

	const queue = oneAtATime(answer, (error) =>
		log.warn({ store, error: String(error) }, "cannot answer a hello; the store will say it again"),
	);
	return {
		hello(hello, whose) {
			// Unsigned: an enrolled store must not be silenced by whoever greets in its name; a box without the key may know.
			if (whose === "stranger") return deps.publish("hello", pack({ ...emptyWelcome(deps, hello), unknown: true }));
			if (isOvertaken(hello)) return;
			lastHello = hello;
			queue({ hello, whose });
		},
		isFetching: (stream) => fetching.has(stream),
	};
}

const emptyWelcome = (deps: WelcomeDeps, { session, clock }: HelloUp): Welcome => ({
	v: linkVersion,
	session,
	t0: clock.monoMs,
	now: deps.wall(),
	up: {},
	dn: {},
	window: usualWindow,
});

/** With HQ's signature, where HQ has keys; a store that knows an older list of them gets the new one with it. */
async function signedWelcome(
	{ store, repository, trust }: WelcomeDeps,
	welcome: Welcome,
	hello: HelloUp,
	known?: StoreState,
): Promise<Welcome> {
	if (!trust) return welcome;
	const heads: NonNullable<Welcome["trust"]>["heads"] = {};
	for (const [stream, { epoch, last }] of Object.entries(welcome.dn) as [DownStream, DownHead][]) {
		const at = known?.dn[stream];
		const hash = at?.last === last ? at.hash : await repository.downHash(store, stream, last);
		if (hash !== undefined) heads[stream] = { epoch, last, hash };
	}
	const list = trust.list();
	const successors = trust.successors().filter(({ number }) => number > (hello.trust?.successor ?? 0));
	const isNews = hello.trust !== undefined && (hello.trust.keyList < list.version || successors.length > 0);
	return trust.sign("gondola/welcome/1", store, {
		...welcome,
		trust: { keyList: list.version, trustForMs: trust.trustForMs, heads },
		...(isNews && { keys: { list, successors: [...successors] } }),
	});
}

/** Where sending goes on, by stream; undefined when that takes a full hello. Fills `welcome.dn`, and keeps `fetching`. */
async function agreeOnDown(
	{ store, repository, log, streams, commands }: WelcomeDeps,
	fetching: Set<DownStream>,
	hello: HelloUp,
	known: StoreState,
	welcome: Welcome,
): Promise<[DownStream, StreamPosition][] | undefined> {
	const begins: [DownStream, StreamPosition][] = [];
	for (const stream of downStreams) {
		const position = known.dn[stream];
		if (!position) continue;
		const agreed = await agreeDown(repository, store, stream, hello, position, commands.ask);
		if (!agreed) return undefined;
		logFork(log, store, stream, agreed);
		welcome.dn[stream] = agreed.head;
		if (agreed.head.snapshot) {
			streams.sending[stream].apply({ type: "end" });
			fetching.add(stream);
			continue;
		}
		const tookWhole = fetching.delete(stream) || agreed.at.position - position.acked > recordsOnTheWayMost;
		if (tookWhole && stream === "catalog") await repository.snapshotTaken?.(store, agreed.at.position);
		begins.push([stream, agreed.at]);
	}
	return begins;
}

function logFork(log: LinkLog, store: string, stream: DownStream, { at, fork, restored }: DownAgreement): void {
	if (restored) {
		const { epoch: _, base, ...counts } = restored;
		const text = "head office was restored from a backup; this is what the store gave it back";
		log.warn({ store, stream, ...fork, ...counts, from: base.position }, text);
	} else if (fork) log.warn({ store, stream, ...fork, from: at.position }, "the store has records HQ does not; a new epoch begins");
}

/** Another box took the store's place, or nobody enrolled this one. */
async function refuse(deps: WelcomeDeps, why: Refusal, hello: HelloUp, welcome: Welcome, whose: Whose): Promise<void> {
	const { store, repository, log, quarantines } = deps;
	const key = typeof whose === "object" ? whose : undefined;
	const granted = why === "fenced" ? await repository.takeIncarnation?.(store, hello, key) : undefined;
	if (granted !== undefined) {
		log.info({ store, inc: granted }, "another box takes the store's place");
		deps.publish("hello", pack(await signedWelcome(deps, { ...welcome, fenced: true, inc: granted }, hello)));
		return;
	}
	log.warn({ store, why, inc: hello.inc }, "a store that may not talk was refused");
	deps.refused(why, hello);
	if (why === "fenced" && repository.quarantine && hello.can?.includes("quarantine")) {
		welcome.up = await quarantines.open(hello).welcome(hello);
		welcome.marks = await pastsFor(repository, store, hello, welcome.up);
	}
	const signed = await signedWelcome(deps, { ...welcome, [why]: true }, hello);
	if (!deps.isStopped()) deps.publish("hello", pack(signed));
}
