import { defined } from "../../words/defined.ts";
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

/** A store whose position is further ahead of its acknowledgements than this took a snapshot, perhaps from another HQ process. */
const recordsOnTheWayMost = usualWindow * 200;

export type Refusal = "fenced" | "unknown";

/** The signature check's result for the hello (identity.ts). */
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
	/** HQ follows this box from now on. */
	listenTo(hello: HelloUp): void;
	welcomed(): void;
	/** A box took an incarnation: its key's number is another one from now on. */
	placeTaken(): Promise<void>;
	refused(why: Refusal, hello: HelloUp): void;
}

/** Answers a store's hello with a welcome: where each stream goes on. A box that may not talk gets a refusal, and changes nothing. */
export interface Welcomer {
	/** Answers one hello at a time. Of several that wait, only the newest is answered. */
	hello(hello: HelloUp, whose: Whose): void;
	/** Whether the store is fetching this stream as a snapshot; then nothing is sent until it greets again. */
	isFetching(stream: DownStream): boolean;
}

/** Runs one piece of work at a time. Of several that wait, only the newest is done. */
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
	/** Whether this process has compared the store's histories with HQ's at least once. */
	let isCompared = false;
	const fetching = new Set<DownStream>();

	/** Whether a later hello of the same box came before this one, which is out of date then. */
	const isOvertaken = ({ boot, inc, clock }: HelloUp): boolean =>
		lastHello !== undefined && boot === lastHello.boot && inc === lastHello.inc && clock.monoMs < lastHello.clock.monoMs;

	async function answer({ hello, whose }: { hello: HelloUp; whose: Whose }): Promise<void> {
		const known = await repository.load(store);
		if (deps.isStopped()) return;
		const welcome = emptyWelcome(deps, hello);
		// A box has an incarnation only because HQ granted it (LINK rule 13).
		const most = typeof whose === "object" ? (whose.ended ? 0 : whose.inc) : (known?.incMost ?? Infinity);
		const isGranted = known !== undefined && hello.inc >= known.inc && hello.inc <= most;
		if (!known || known.fenced || !isGranted)
			await refuse(deps, known ? "fenced" : "unknown", hello, { ...welcome, ...defined({ place: known?.place }) }, whose);
		else await accept(hello, known, welcome);
	}

	async function accept(hello: HelloUp, known: StoreState, welcome: Welcome): Promise<void> {
		// The checkpoints and the signature are needed only now; the database keeps the rest.
		const { marks: _, sig: __, ...kept } = hello;
		await repository.heard(store, kept);
		deps.listenTo(hello);
		// The box may have got its place back without a new session: HQ follows it from now on.
		quarantines.close(hello.session);
		for (const stream of upStreams) {
			const at = await streams.openUp(stream, hello, known);
			if (at) welcome.up[stream] = at;
		}
		const checkpoints = await pastsFor(repository, store, hello, welcome.up);
		if (Object.keys(checkpoints).length > 0) welcome.marks = checkpoints;
		if (repository.stock) welcome.can = ["stock-compare"];
		const begins = await agreeOnDown(deps, fetching, hello, known, welcome);
		// On a quiet line a hello has no checkpoints. Where they are needed, HQ asks for a full one.
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
			// The refusal is not signed: a store with a key ignores it, so that a stranger's hello cannot stop the store. A box without the key
			// follows it.
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

/** The welcome with HQ's signature, where HQ has keys; with the newest key list for a store that has an older one. */
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
	const approvers = trust.approvers?.();
	const areNewer = approvers !== undefined && (hello.trust?.approvers ?? 0) < approvers.version;
	const isNews = hello.trust !== undefined && (hello.trust.keyList < list.version || successors.length > 0 || areNewer);
	return trust.sign("gondola/welcome/1", store, {
		...welcome,
		trust: { keyList: list.version, trustForMs: trust.trustForMs, heads },
		...(isNews && { keys: { list, successors: [...successors], ...(areNewer && { approvers }) } }),
	});
}

/** The position after which each stream is sent; undefined where the answer takes a full hello. Fills `welcome.dn` and `fetching`. */
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

/** Answers a box whose place another box has taken, or a store that was never enrolled. */
async function refuse(deps: WelcomeDeps, why: Refusal, hello: HelloUp, welcome: Welcome, whose: Whose): Promise<void> {
	const { store, repository, log, quarantines } = deps;
	const key = typeof whose === "object" ? whose : undefined;
	const granted = why === "fenced" ? await repository.takeIncarnation?.(store, hello, key) : undefined;
	if (granted !== undefined) {
		log.info({ store, inc: granted }, "another box takes the store's place");
		await deps.placeTaken();
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
