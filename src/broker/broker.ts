/**
 * The store's MQTT broker: the door for devices, tills and screens on the LAN.
 *
 *   socket ─▶ gate (frames, limits) ─┬─▶ publish-pipeline.ts: rights, meaning, one commit ─▶ PUBACK ─▶ subscribers.ts: who listens now
 *                                    └─▶ aedes: CONNECT, SUBSCRIBE, QoS 2, wills ─▶ hooks.ts ─▶ publish-pipeline.ts
 *   ledger events ─▶ publish-events.ts ─▶ queues of absent clients, one commit ─▶ connected subscribers
 *
 * engine.ts puts the parts together and doors.ts listens; this file starts them, feeds them the ledger's events and stops them.
 */
import type { Accounts, AccountsOptions } from "./access/accounts.ts";
import type { PendingDevice } from "./access/pairing.ts";
import type { Refusal } from "./access/refusals.ts";
import { type DoorOptions, openDoors, receiveSockets } from "./connection/doors.ts";
import type { DeadLetter } from "./counters.ts";
import { type ConnectedClient, type Engine, startEngine, trustedNow } from "./engine.ts";
import { announceStore, type HomeAssistantOptions } from "./home-assistant/announce.ts";
import { publishEvents } from "./ledger/publish-events.ts";
import type { AlarmWords } from "./ledger/retained-from-ledger.ts";
import type { BrokerState, SessionLog } from "./ledger/session-log.ts";
import type { BrokerLimits } from "./limits.ts";
import type { ProfiledDevice } from "./profiles/names.ts";
import type { BrokerLedger, OnPresence, OnScan, OnSensors, OnWeight } from "./routing/facts.ts";
import type { MappingRule } from "./routing/mapping.ts";
import type { InspectedScan } from "./routing/publish-pipeline.ts";

export interface BrokerOptions extends DoorOptions {
	ledger: BrokerLedger;
	/** Left out: the ledger itself. */
	store?: SessionLog;
	accounts?: AccountsOptions;
	limits?: Partial<BrokerLimits>;
	mapping?: MappingRule[];
	/** Devices whose firmware is known as a whole. */
	profiles?: ProfiledDevice[];
	/** The kinds of their sensors, and their readings. */
	onSensors?: OnSensors;
	/** Announcements to Home Assistant; left out: none. */
	homeAssistant?: HomeAssistantOptions;
	/** The store's name in announcements. Left out, as in tests of other things: nothing is announced. */
	storeName?: string;
	/** Programs on this machine need no account, and may take any device's name. */
	anonymousLoopback?: boolean;
	onWeight: OnWeight;
	onScan?: OnScan;
	/** A steady clock in milliseconds by which sessions, messages and wills of MQTT 5 expire. Left out: the process's own. */
	steadyMs?: () => number;
	onPresence?: OnPresence;
	/** Checks a scan before it becomes a fact, is queued or kept as a sample. Left out: every scan is accepted as it came. */
	inspectScan?: (code: string, aim: string | undefined) => InspectedScan;
	/** Masks what must not be counted or shown, such as card numbers. */
	maskSample?: (text: string) => string;
	/** Decides whether a basket may be paid here: the store's country, and the days within which goods are taken back in exchange. */
	tills?: { country?: string; returnDays?: number };
	/** An alarm with its sentences; left out, topics carry code and facts. */
	alarmWords?: AlarmWords;
	log?: { warn(facts: Record<string, unknown>, sentence: string): void };
}

export interface BrokerStats {
	clients: number;
	sessions: number;
	queued: number;
	retained: number;
	subscriptions: number;
	/** Changes that are not on disk yet. */
	waiting: number;
	eventPosition: number;
	refused: Record<string, number>;
	dropped: Record<string, number>;
	deadLetters: DeadLetter[];
}

export interface Broker {
	url: string;
	port: number;
	tlsPort: number | null;
	wsPort: number | null;
	stats(): BrokerStats;
	/** To `cmd/{name}` of one device, on disk for a persistent session before it resolves. */
	publishCommand(device: string, name: string, payload: { id: string; [field: string]: unknown }): Promise<void>;
	/** Publishes a command and waits for `rsp/{name}` with the same id. Rejects after `timeoutMs`. */
	askDevice(device: string, name: string, payload: { id: string; [field: string]: unknown }, timeoutMs: number): Promise<unknown>;
	openPairing(minutes: number): { until: number };
	closePairing(): void;
	pendingDevices(): PendingDevice[];
	/** Rejects when its account cannot be kept; then it is not let in. */
	approve(device: string): Promise<void>;
	accounts: Pick<Accounts, "names" | "list" | "add" | "passwd" | "revoke">;
	/** Who is connected, and who was turned away and why. */
	clients(): { connected: ConnectedClient[]; refused: Refusal[] };
	stop(): Promise<void>;
}

/** The position of published events, kept as a retained message on a topic that no client can reach. */
const positionTopic = "$gondola/position/event";
const storeLevels = ["gondola", "1", "store"];
/** After a longer outage events are read from the ledger and not published again. */
const mostReplayed = 10_000;
const expireEveryMs = 3_600_000;
/** Sessions and wills end at most this much late. */
const deadlinesEveryMs = 100;

export async function startBroker(options: BrokerOptions): Promise<Broker> {
	const { ledger } = options;
	const stopping = new AbortController();
	const engine = await startEngine(options, stopping.signal);
	const { limits, accounts, answers, counters, refusals, persistence, pipeline, writer } = engine;
	const doors = await openEngineDoors(options, engine, stopping.signal);
	const events = publishLedgerEvents(options, engine, stopping.signal);
	const announcing = announceToHomeAssistant(options, engine, stopping.signal);
	const watching = watchAccounts(engine);
	const stopClocks = endWhatIsOver(ledger, limits, engine);

	const publishCommand: Broker["publishCommand"] = async (device, name, payload) => {
		const topic = `gondola/1/d/${device}/cmd/${name}`;
		await pipeline.publish({ topic, payload: JSON.stringify(payload), qos: 1, retain: false });
	};
	return {
		url: `${doors.isPlain ? "mqtt" : "mqtts"}://${options.host}:${doors.port}`,
		port: doors.port,
		tlsPort: doors.tlsPort,
		wsPort: doors.wsPort,
		stats: () => ({
			clients: engine.registry.list().length,
			...persistence.counts(),
			waiting: writer.waiting(),
			eventPosition: events.position(),
			...counters.read(),
		}),
		publishCommand,
		async askDevice(device, name, payload, timeoutMs) {
			const answer = answers.expect(device, name, payload.id, timeoutMs);
			publishCommand(device, name, payload).catch(answer.fail);
			return answer.promise;
		},
		openPairing: (minutes) => accounts.pairing.open(minutes),
		closePairing: accounts.pairing.close,
		pendingDevices: accounts.pairing.pending,
		approve: accounts.approve,
		accounts: {
			names: accounts.names,
			list: accounts.list,
			add: accounts.add,
			passwd: (name) => accounts.passwd(name).finally(watching.look),
			revoke: (name) => accounts.revoke(name).finally(watching.look),
		},
		clients: () => ({ connected: engine.clients(), refused: refusals.list() }),
		async stop() {
			stopping.abort();
			stopClocks();
			watching.stop();
			await Promise.all([events.stopped, announcing]);
			if (persistence.counts().sessions > 0) savePosition(writer, events.position());
			await stopEngine(engine);
			await doors.close();
		},
	};
}

/** Opens the listeners. When one cannot open, the engine is closed and the error passed on. */
async function openEngineDoors(options: BrokerOptions, engine: Engine, signal: AbortSignal): ReturnType<typeof openDoors> {
	const { limits, refusals, names, certified, speakers, aedes } = engine;
	const onSocket = receiveSockets({
		...{ limits, signal, certified, speakers },
		refused: (reason, address, gate) => refusals.refused(reason, (gate && names.get(gate)) ?? { client: "", account: null, address }),
	});
	return openDoors(options, limits, onSocket).catch(async (error: unknown) => {
		await closed(aedes);
		throw error;
	});
}

const closed = (aedes: Engine["aedes"]): Promise<void> => new Promise((resolve) => aedes.close(resolve));

/** Cuts every connection, and resolves when all that was on its way is on disk. */
async function stopEngine({ answers, registry, persistence, writer, aedes }: Engine): Promise<void> {
	answers.end();
	for (const one of registry.list()) if (one.version === 5) one.cut("stopping");
	persistence.everybodyGone();
	await writer.drained();
	writer.close();
	await closed(aedes);
}

function savePosition(writer: Engine["writer"], seq: number): void {
	writer.later({ op: "retain", topic: positionTopic, qos: 0, payload: new Uint8Array(Buffer.from(String(seq))) });
}

/** The ledger's events as topics, from where the last run stopped. */
function publishLedgerEvents({ ledger, alarmWords }: BrokerOptions, engine: Engine, signal: AbortSignal): ReturnType<typeof publishEvents> {
	const { state, writer, subscribers, persistence, shared, pipeline, onTrouble } = engine;
	return publishEvents({
		...{ ledger, signal, alarmWords, onTrouble },
		from: firstEvent(ledger, state),
		savePosition: (seq) => savePosition(writer, seq),
		isHeard: () =>
			subscribers.hasSubscribersBelow(storeLevels) || persistence.hasSubscriptionsBelow(storeLevels) || shared.hasBelow(storeLevels),
		publish: pipeline.publish,
	});
}

async function announceToHomeAssistant(options: BrokerOptions, engine: Engine, signal: AbortSignal): Promise<void> {
	const { ledger, storeName, homeAssistant } = options;
	if (storeName === undefined) return;
	const { state, pipeline, onTrouble } = engine;
	await announceStore({ ledger, store: storeName, homeAssistant, retained: state.retained, publish: pipeline.publish, signal, onTrouble });
}

/** Ends sessions, wills and retained messages whose time is over; once now, and then by timers. Returns how to stop. */
function endWhatIsOver(ledger: BrokerLedger, limits: BrokerLimits, { persistence, wills }: Engine): () => void {
	const expireSessions = (): void => {
		persistence.dropExpiredRetained();
		const now = trustedNow(ledger);
		if (now !== null) persistence.expire(new Date(Date.parse(now) - limits.sessionDays * 86_400_000).toISOString(), now);
	};
	const timers = [
		setInterval(expireSessions, expireEveryMs).unref(),
		setInterval(() => {
			persistence.endExpired();
			wills.look();
		}, deadlinesEveryMs).unref(),
	];
	expireSessions();
	return () => {
		for (const timer of timers) clearInterval(timer);
	};
}

const accountsEveryMs = 500;
const refusalsEveryMs = 60_000;

/** Cuts the connections of accounts that were removed or changed; deletes everything that removed accounts left. */
function watchAccounts({ registry, accounts, persistence, refusals }: Engine): { look(): void; stop(): void } {
	const look = (): void => {
		const { gone, changed } = accounts.refresh();
		if (gone.length + changed.length === 0) return;
		const cut = new Set([...gone, ...changed]);
		for (const one of registry.list()) if (one.visitor.account !== null && cut.has(one.visitor.account)) one.cut("account");
		for (const name of gone) persistence.forgetAccount(name);
	};
	const timers = [setInterval(look, accountsEveryMs), setInterval(refusals.look, refusalsEveryMs)];
	for (const timer of timers) timer.unref();
	return {
		look,
		stop() {
			for (const timer of timers) clearInterval(timer);
		},
	};
}

/** The events after this one are published: where the last run stopped, but at the most `mostReplayed` back. */
function firstEvent(ledger: BrokerLedger, state: BrokerState): number {
	const last = ledger.read.events.last();
	const saved = state.retained.find((row) => row.topic === positionTopic);
	return saved ? Math.min(last, Math.max(Number(Buffer.from(saved.payload).toString()), last - mostReplayed)) : last;
}
