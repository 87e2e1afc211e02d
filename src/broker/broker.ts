/**
 * The store's MQTT broker: the door for devices, tills and screens on the LAN.
 *
 *   socket ─▶ gate (frames, limits) ─┬─▶ publish-pipeline.ts: rights, meaning, one commit ─▶ PUBACK ─▶ subscribers.ts: who listens now
 *                                    └─▶ aedes: CONNECT, SUBSCRIBE, QoS 2, wills ─▶ hooks.ts ─▶ publish-pipeline.ts
 *   ledger events ─▶ publish-events.ts ─▶ queues of absent clients, one commit ─▶ connected subscribers
 */
import { Aedes, type Client } from "aedes";
import { type Accounts, type AccountsOptions, localVisitor, openAccounts, type PendingDevice, type Visitor } from "./access/accounts.ts";
import { createAdmission } from "./access/admission.ts";
import { createHooks } from "./access/hooks.ts";
import { createConnectRate } from "./connection/connect-rate.ts";
import { createGate, type Gate } from "./connection/gate.ts";
import { type Listener, listenTcp, listenTls, listenWebSocket, type OnSocket, type TlsFiles } from "./connection/listeners.ts";
import { createCounters, type DeadLetter } from "./counters.ts";
import { publishEvents } from "./ledger/publish-events.ts";
import { type AlarmWords, isFromLedger, ledgerMatching } from "./ledger/retained-from-ledger.ts";
import { createOpWriter, type SessionLog } from "./ledger/session-log.ts";
import { type BrokerLimits, defaultLimits } from "./limits.ts";
import { createCommandReplies } from "./routing/command-replies.ts";
import { type BrokerLedger, createFactDoor, type OnScan, type OnWeight } from "./routing/facts.ts";
import { createInternalEmitter } from "./routing/internal-emitter.ts";
import { compileMapping, type MappingRule } from "./routing/mapping.ts";
import { createPublishPipeline, type InspectedScan } from "./routing/publish-pipeline.ts";
import { createSubscribers } from "./routing/subscribers.ts";
import { trimAedesMemory, trimClient } from "./session/aedes-memory.ts";
import { createPersistence } from "./session/persistence.ts";

export interface BrokerOptions {
	ledger: BrokerLedger;
	/** Left out: the ledger itself. */
	store?: SessionLog;
	host: string;
	port: number;
	tls?: { host?: string; port: number } & TlsFiles;
	/** With `secure`, under the certificate of `tls`. `origins`: web pages of other hosts that may connect. */
	ws?: { host?: string; port: number; path?: string; secure?: boolean; origins?: string[] };
	accounts?: AccountsOptions;
	limits?: Partial<BrokerLimits>;
	mapping?: MappingRule[];
	/** Programs on this machine need no account, and may take any device's name. */
	anonymousLoopback?: boolean;
	onWeight: OnWeight;
	onScan?: OnScan;
	/** Asked before a scan reaches a fact, a queue or a sample. Left out: every scan is taken as it came. */
	inspectScan?: (code: string, aim: string | undefined) => InspectedScan;
	/** Takes out of what is counted and shown what may not be shown. */
	maskSample?: (text: string) => string;
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
	/** Operations the disk has not confirmed yet. */
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
	/** The same, and waits for `rsp/{name}` with the same id. Rejects after `timeoutMs`. */
	askDevice(device: string, name: string, payload: { id: string; [field: string]: unknown }, timeoutMs: number): Promise<unknown>;
	openPairing(minutes: number): { until: number };
	closePairing(): void;
	pendingDevices(): PendingDevice[];
	approve(device: string): void;
	accounts: Pick<Accounts, "names">;
	stop(): Promise<void>;
}

/** Kept among the retained messages, where no client can reach it: how far absent clients have every event. */
const positionTopic = "$gondola/position/event";
const storeLevels = ["gondola", "1", "store"];
/** An outage longer than this is read from the ledger, not replayed over MQTT. */
const mostReplayed = 10_000;
const tidyMs = 3_600_000;
/** The same trouble of every device is said once a while. */
const sayAgainMs = 10_000;

export async function startBroker(options: BrokerOptions): Promise<Broker> {
	const { ledger } = options;
	const limits: BrokerLimits = { ...defaultLimits, ...options.limits };
	const store: SessionLog = options.store ?? {
		load: () => ledger.read.broker.load(),
		apply: (ops) => ledger.do("brokerApply", { ops }),
	};
	const counters = createCounters(() => ledger.now().wall, options.maskSample);
	const mapping = compileMapping(options.mapping ?? []);
	const accounts = openAccounts(options.accounts ?? {});
	const stopping = new AbortController();
	let saidAt = Number.NEGATIVE_INFINITY;
	const onTrouble = (error: Error): void => {
		if (performance.now() - saidAt < sayAgainMs) return;
		saidAt = performance.now();
		options.log?.warn({ error: error.message }, "the broker could not put a message on disk; its sender will send it again");
	};

	const state = store.load();
	const writer = createOpWriter(store, onTrouble);
	const visitors = new WeakMap<Client, Visitor>();
	/** aedes asks for retained messages right after it tells of the subscription; so this is whose they are. */
	let subscriber: Client | undefined;
	const clientOf = (id: string): Client | undefined => (aedes as unknown as { clients: Record<string, Client> }).clients[id];
	const persistence = createPersistence({
		state,
		writer,
		limits,
		isFromLedger,
		fromLedger: (filters) => pacedBy(subscriber, ledgerMatching(ledger, filters, options.alarmWords)),
		mayReceive: (client, topic) => {
			const found = clientOf(client);
			return found !== undefined && (visitors.get(found)?.maySubscribe(topic) ?? false);
		},
		// A box that does not know the date must not conclude that everybody has been away for years.
		now: () => trustedNow(ledger),
		onDropped: (reason) => counters.dropped(reason),
	});
	const answers = createCommandReplies();
	const facts = createFactDoor({
		ledger,
		counters,
		onWeight: options.onWeight,
		onScan: options.onScan,
		onAnswer: answers.take,
		publish: async (topic, payload) => void (await pipeline.publish({ topic, payload, qos: 1, retain: false })),
	});
	const subscribers = createSubscribers({ limits, onDropped: (reason) => counters.dropped(reason) });
	const pipeline = createPublishPipeline({
		persistence,
		writer,
		facts,
		subscribers,
		mapping,
		counters,
		onTrouble,
		inspectScan: options.inspectScan,
	});
	const hooks = createHooks({
		pipeline,
		subscribers,
		persistence,
		writer,
		limits,
		counters,
		onTrouble,
		visitorOf: (client) => visitors.get(client),
		visitorOfOldWill: localVisitor(mapping),
		isStopping: () => stopping.signal.aborted,
	});
	const certified = new WeakMap<Gate, string>();
	const admission = createAdmission({
		accounts,
		mapping,
		counters,
		limits,
		visitors,
		persistence,
		anonymousLoopback: options.anonymousLoopback ?? false,
		certifiedAs: (gate) => certified.get(gate),
		clientOf,
	});

	trimAedesMemory();
	const aedes = new Aedes({
		persistence,
		mq: createInternalEmitter(),
		concurrency: 0,
		drainTimeout: limits.stuckMs,
		connectTimeout: limits.halfPacketMs,
		maxInflightInbound: limits.pendingPublishes,
		preConnect: admission.preConnect,
		authenticate: admission.authenticate,
		authorizePublish: hooks.authorizePublish,
		authorizeSubscribe: hooks.authorizeSubscribe,
		authorizeForward: hooks.authorizeForward,
	});
	await aedes.listen();
	aedes.on("clientReady", (client) => {
		const gate = client.conn as Gate;
		if (!client.clean) {
			persistence.clientReady(client.id);
			// The same client on a new connection is not gone.
			gate.once("close", () =>
				clientOf(client.id) !== undefined && clientOf(client.id) !== client ? undefined : persistence.clientGone(client.id),
			);
		}
		gate.open(hooks.takerFor(client));
		trimClient(client);
	});
	aedes.on("subscribe", (_, client) => {
		subscriber = client;
		(client.conn as Gate).answered();
	});
	aedes.on("unsubscribe", (filters, client) => {
		hooks.unsubscribed(client, filters);
		(client.conn as Gate).answered();
	});
	aedes.on("clientError", () => {});
	aedes.on("connectionError", () => {});
	(aedes as unknown as NodeJS.EventEmitter).on("error", onTrouble);

	const connectRate = createConnectRate(limits);
	const gates = new Set<Gate>();
	const onSocket: OnSocket = (socket, address, name) => {
		const isOften = !connectRate.mayCome(address, performance.now());
		if (isOften || gates.size >= limits.connections || stopping.signal.aborted) {
			counters.refused(isOften ? "connects-too-often" : "too-many-connections");
			socket.on("error", () => {});
			socket.destroy();
			return;
		}
		const gate = createGate(socket, address, limits, (reason) => counters.refused(reason));
		if (name !== undefined) certified.set(gate, name);
		gates.add(gate);
		gate.on("close", () => gates.delete(gate));
		aedes.handle(gate);
	};
	const { tls, ws } = options;
	const listeners: Listener[] = [];
	const opened = async (listening: Promise<Listener>): Promise<Listener> => {
		const listener = await listening;
		listeners.push(listener);
		return listener;
	};
	const closeAll = async (): Promise<void> => {
		await new Promise<void>((resolve) => aedes.close(resolve));
		await Promise.all(listeners.map((listener) => listener.close()));
	};
	let plain: Listener;
	let secure: Listener | null;
	let web: Listener | null;
	try {
		plain = await opened(listenTcp(options.host, options.port, onSocket));
		secure = tls ? await opened(listenTls(tls.host ?? options.host, tls.port, tls, onSocket)) : null;
		web = ws
			? await opened(
					listenWebSocket(
						{
							host: ws.host ?? options.host,
							port: ws.port,
							path: ws.path ?? "/mqtt",
							origins: ws.origins ?? [],
							payloadBytes: limits.payloadBytes,
							...(ws.secure && tls && { tls }),
						},
						onSocket,
					),
				)
			: null;
	} catch (error) {
		await closeAll();
		throw error;
	}

	const last = ledger.read.events.last();
	const saved = state.retained.find((row) => row.topic === positionTopic);
	const from = saved ? Math.min(last, Math.max(Number(Buffer.from(saved.payload).toString()), last - mostReplayed)) : last;
	const savePosition = (seq: number): void => {
		writer.later({ op: "retain", topic: positionTopic, qos: 0, payload: new Uint8Array(Buffer.from(String(seq))) });
	};
	const events = publishEvents({
		ledger,
		from,
		signal: stopping.signal,
		alarmWords: options.alarmWords,
		onTrouble,
		savePosition,
		isHeard: () => subscribers.hasListenersBelow(storeLevels) || persistence.hasSubscriptionsBelow(storeLevels),
		publish: pipeline.publish,
	});

	const tidySessions = (): void => {
		const now = trustedNow(ledger);
		if (now !== null) persistence.expire(new Date(Date.parse(now) - limits.sessionDays * 86_400_000).toISOString(), now);
	};
	const tidying = setInterval(tidySessions, tidyMs);
	tidying.unref();
	tidySessions();

	const publishCommand: Broker["publishCommand"] = async (device, name, payload) => {
		const topic = `gondola/1/d/${device}/cmd/${name}`;
		await pipeline.publish({ topic, payload: JSON.stringify(payload), qos: 1, retain: false });
	};
	return {
		url: `mqtt://${options.host}:${plain.port}`,
		port: plain.port,
		tlsPort: secure?.port ?? null,
		wsPort: web?.port ?? null,
		stats: () => ({
			clients: aedes.connectedClients,
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
		openPairing: (minutes) => accounts.openPairing(minutes),
		closePairing: accounts.closePairing,
		pendingDevices: accounts.pending,
		approve: accounts.approve,
		accounts: { names: accounts.names },
		async stop() {
			stopping.abort();
			clearInterval(tidying);
			await events.stopped;
			if (persistence.counts().sessions > 0) savePosition(events.position());
			answers.end();
			persistence.everybodyGone();
			await writer.drained();
			writer.close();
			await closeAll();
		},
	};
}

function trustedNow(ledger: Pick<BrokerLedger, "now">): string | null {
	const { wall, quality } = ledger.now();
	return quality === "guess" ? null : wall;
}

/** Retained messages at the pace their reader takes them. */
async function* pacedBy<T>(client: Client | undefined, messages: AsyncIterable<T>): AsyncGenerator<T> {
	const gate = client?.conn as Gate | undefined;
	for await (const message of messages) {
		if (gate) await gate.relieved();
		if (gate?.destroyed) return;
		yield message;
	}
}
