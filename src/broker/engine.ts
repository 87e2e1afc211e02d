/** Puts the broker's parts together around one aedes: memory, rights, routing. Nothing listens yet. */
import { Aedes, type Client } from "aedes";
import { type Accounts, openAccounts } from "./access/accounts.ts";
import { createAdmission } from "./access/admission.ts";
import { createHooks } from "./access/hooks.ts";
import { createRefusals, type Refusals, refusedCode, type Who } from "./access/refusals.ts";
import { localVisitor, type Visitor } from "./access/rights.ts";
import type { BrokerOptions } from "./broker.ts";
import type { Gate, Speakers } from "./connection/gate-port.ts";
import { type Connected, createRegistry, type Registry } from "./connection/registry.ts";
import { createCounters } from "./counters.ts";
import { createDeadlines } from "./deadlines.ts";
import { isFromLedger, ledgerMatching } from "./ledger/retained-from-ledger.ts";
import { type BrokerState, createOpWriter, type OpWriter, type SessionLog } from "./ledger/session-log.ts";
import { type BrokerLimits, defaultLimits } from "./limits.ts";
import { type CommandReplies, createCommandReplies } from "./routing/command-replies.ts";
import { type BrokerLedger, createFactDoor } from "./routing/facts.ts";
import { createInternalEmitter } from "./routing/internal-emitter.ts";
import { compileMapping } from "./routing/mapping.ts";
import { createPublishPipeline, type PublishPipeline } from "./routing/publish-pipeline.ts";
import { createShared, type SharedSubscriptions } from "./routing/shared.ts";
import { createSubscribers, type Subscribers, takesAtOnce } from "./routing/subscribers.ts";
import { trimAedesMemory, trimClient } from "./session/aedes-memory.ts";
import { createPersistence, type Persistence } from "./session/persistence.ts";
import { Peer5 } from "./v5/peer.ts";
import { createMakeWay } from "./v5/takeover.ts";
import { createWills5, type Wills5 } from "./v5/wills.ts";

/** The same trouble of every device is logged once in this time. */
const sayAgainMs = 10_000;

export interface Engine {
	aedes: Aedes;
	limits: BrokerLimits;
	/** What the ledger kept, as it was at the start. */
	state: BrokerState;
	accounts: Accounts;
	answers: CommandReplies;
	counters: ReturnType<typeof createCounters>;
	refusals: Refusals;
	/** Who is behind a connection, as far as is known. */
	names: WeakMap<Gate, Who>;
	clients(): ConnectedClient[];
	registry: Registry;
	/** Who takes a connection at its CONNECT. */
	speakers: Speakers;
	wills: Wills5;
	shared: SharedSubscriptions;
	persistence: Persistence;
	pipeline: PublishPipeline;
	subscribers: Subscribers;
	writer: OpWriter;
	/** The name in the client certificate that a connection came with. */
	certified: WeakMap<Gate, string>;
	onTrouble(error: Error): void;
}

export interface ConnectedClient {
	client: string;
	account: string | null;
	kind: string;
	address: string;
	session: "clean" | "kept";
}

export async function startEngine(options: BrokerOptions, stopping: AbortSignal): Promise<Engine> {
	const { ledger } = options;
	const limits: BrokerLimits = { ...defaultLimits, ...options.limits };
	const counters = createCounters(() => ledger.now().wall, options.maskSample);
	const mapping = compileMapping(options.mapping ?? []);
	const accounts = openAccounts(options.accounts ?? {}, (error) =>
		options.log?.warn({ error: error.message }, "the broker's accounts cannot be read; those that were known stay"),
	);
	const refusals = createRefusals({
		counters,
		now: () => ledger.now().wall,
		open: () => ledger.read.alarms.list().filter((alarm) => alarm.code === refusedCode),
		alarm: (flow, code, subject, facts) =>
			flow === "raiseAlarm" ? ledger.do(flow, { code, subject, facts }) : ledger.do(flow, { code, subject }),
		log: options.log,
	});
	const names = new WeakMap<Gate, Who>();
	const onTrouble = sayingSometimes(options.log);
	const { state, writer } = openMemory(options, onTrouble);
	const visitors = new WeakMap<Client, Visitor>();
	const registry = createRegistry();
	const shared = createShared((listener) => takesAtOnce(listener, limits.backlogBytes));
	const deadlines = createDeadlines(() => trustedNow(ledger), options.steadyMs);
	/** aedes asks for retained messages right after it announces the subscription; so this is who asks. */
	let subscriber: Client | undefined;
	const clientOf = (id: string): Client | undefined => (aedes as unknown as { clients: Record<string, Client> }).clients[id];
	const persistence = createPersistence({
		state,
		writer,
		limits,
		isFromLedger,
		fromLedger: (filters) => pacedBy(subscriber, ledgerMatching(ledger, filters, options.alarmWords)),
		deadlines,
		shared,
		connection5: (client) => {
			const found = registry.get(client);
			return found?.version === 5 ? found : undefined;
		},
		mayReceive: (client, topic) => {
			const older = clientOf(client);
			return (registry.get(client)?.visitor ?? (older && visitors.get(older)))?.maySubscribe(topic) ?? false;
		},
		// A box that does not know the date must not conclude that everybody has been away for years.
		now: () => trustedNow(ledger),
		onDropped: (reason) => counters.dropped(reason),
		accountOf: (client) => visitors.get(client as Client)?.account,
	});
	const answers = createCommandReplies();
	const facts = createFactDoor({
		ledger,
		counters,
		onWeight: options.onWeight,
		onScan: options.onScan,
		onPresence: options.onPresence,
		onAnswer: answers.take,
		publish: async (topic, payload) => void (await pipeline.publish({ topic, payload, qos: 1, retain: false })),
	});
	const subscribers = createSubscribers({ limits, shared, onDropped: (reason) => counters.dropped(reason) });
	const pipeline = createPublishPipeline({
		persistence,
		writer,
		facts,
		subscribers,
		shared,
		mapping,
		counters,
		refusals,
		onTrouble,
		inspectScan: options.inspectScan,
	});
	const hooks = createHooks({
		pipeline,
		subscribers,
		persistence,
		writer,
		limits,
		refusals,
		onTrouble,
		visitorOf: (client) => visitors.get(client),
		visitorOfOldWill: localVisitor(mapping),
		isStopping: () => stopping.aborted,
	});
	const certified = new WeakMap<Gate, string>();
	const wills = createWills5({
		...{ writer, deadlines, persistence, pipeline, visitorOfOldWill: localVisitor(mapping) },
		kept: state.wills,
		isStopping: () => stopping.aborted,
	});
	const makeWay = createMakeWay({ registry, persistence, wills });
	const admission = createAdmission({
		accounts,
		mapping,
		refusals,
		names,
		limits,
		visitors,
		persistence,
		anonymousLoopback: options.anonymousLoopback ?? false,
		certifiedAs: (gate) => certified.get(gate),
		makeWay: makeWay.forOlder,
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
	const accountOf = (client: Client): string | null => visitors.get(client)?.account ?? null;
	const asks = (client: Client): void => void (subscriber = client);
	const visitorOf = (client: Client): Visitor | undefined => visitors.get(client);
	welcomeClients(aedes, { persistence, registry, accountOf, visitorOf, hooks, clientOf, asks });
	const peerDeps = {
		...{ limits, admission, registry, persistence, pipeline, subscribers, wills, writer, deadlines, refusals, onTrouble },
		fromLedger: (filters: string[]) => ledgerMatching(ledger, filters, options.alarmWords),
		makeWay: makeWay.forFive,
	};
	const speakers: Speakers = {
		older: (gate) => void aedes.handle(gate),
		five: (gate, keepAlive) => new Peer5(peerDeps, gate, keepAlive),
	};
	(aedes as unknown as NodeJS.EventEmitter).on("error", onTrouble);
	const clients = (): ConnectedClient[] =>
		registry.list().map(({ client, visitor, conn, isKept }) => ({
			client,
			account: visitor.account,
			kind: visitor.role,
			address: conn.address,
			session: isKept ? ("kept" as const) : ("clean" as const),
		}));
	return {
		...{ aedes, limits, state, accounts, answers, counters, refusals, names, clients },
		...{ registry, speakers, wills, shared, persistence, pipeline, subscribers, writer, certified, onTrouble },
	};
}

/** The session log of these options, or the ledger itself, with what it kept. */
function openMemory({ ledger, store }: BrokerOptions, onTrouble: (error: Error) => void): { state: BrokerState; writer: OpWriter } {
	const log: SessionLog = store ?? {
		load: () => ledger.read.broker.load(),
		apply: (ops) => ledger.do("brokerApply", { ops }),
	};
	return { state: log.load(), writer: createOpWriter(log, onTrouble) };
}

interface WelcomeDeps {
	persistence: Persistence;
	registry: Registry;
	accountOf(client: Client): string | null;
	visitorOf(client: Client): Visitor | undefined;
	hooks: ReturnType<typeof createHooks>;
	clientOf(id: string): Client | undefined;
	asks(client: Client): void;
}

/** What follows a CONNACK, a SUBACK and an UNSUBACK. */
function welcomeClients(aedes: Aedes, deps: WelcomeDeps): void {
	const { persistence, registry, accountOf, hooks, clientOf, asks } = deps;
	aedes.on("clientReady", (client) => {
		const gate = client.conn as Gate;
		const connected = connectedOf(client, deps);
		// Of two CONNECTs in the same moment the second is the newer.
		if (registry.get(client.id)?.version === 5) void registry.get(client.id)!.makeWay();
		registry.add(connected);
		if (!client.clean) persistence.clientReady(client.id, accountOf(client));
		gate.once("close", () => {
			const isTaken = registry.get(client.id) !== connected;
			registry.remove(connected);
			// The same client on a new connection is not gone.
			if (client.clean || isTaken || (clientOf(client.id) !== undefined && clientOf(client.id) !== client)) return;
			persistence.clientGone(client.id);
		});
		gate.open(hooks.takerFor(client));
		trimClient(client);
	});
	aedes.on("subscribe", (_, client) => {
		asks(client);
		(client.conn as Gate).answered();
	});
	aedes.on("unsubscribe", (filters, client) => {
		hooks.unsubscribed(client, filters);
		(client.conn as Gate).answered();
	});
	aedes.on("clientError", () => {});
	aedes.on("connectionError", () => {});
}

function connectedOf(client: Client, { registry, visitorOf }: WelcomeDeps): Connected {
	const gate = client.conn as Gate;
	const connected: Connected = {
		...{ client: client.id, version: 3, conn: gate, visitor: visitorOf(client)!, isKept: !client.clean, connected: true },
		makeWay: () =>
			new Promise((resolve) => {
				registry.remove(connected);
				// aedes says its will, where it has one, and closes the gate.
				client.close(resolve);
			}),
		cut: () => void gate.destroy(),
	};
	return connected;
}

function sayingSometimes(log: BrokerOptions["log"]): (error: Error) => void {
	let saidAt = Number.NEGATIVE_INFINITY;
	return (error) => {
		if (performance.now() - saidAt < sayAgainMs) return;
		saidAt = performance.now();
		log?.warn({ error: error.message }, "the broker could not put a message on disk; its sender will send it again");
	};
}

/** Null while the box only guesses the date. */
export function trustedNow(ledger: Pick<BrokerLedger, "now">): string | null {
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
