/** Puts the broker's parts together around one aedes: memory, rights, routing. Nothing listens yet. */

import { Aedes, type Client } from "aedes";
import { defined } from "../words/defined.ts";
import { type Accounts, openAccounts } from "./access/accounts.ts";
import { type Admission, createAdmission } from "./access/admission.ts";
import { type AedesHooks, createHooks } from "./access/hooks.ts";
import { createRefusals, type Refusals, refusedCode, type Who } from "./access/refusals.ts";
import { localVisitor, type Visitor } from "./access/rights.ts";
import { welcomeClients } from "./access/welcome-clients.ts";
import type { BrokerOptions } from "./broker.ts";
import type { Gate, Speakers } from "./connection/gate-port.ts";
import { type Connected, createRegistry, type Registry } from "./connection/registry.ts";
import { createCounters } from "./counters.ts";
import { createDeadlines, type Deadlines } from "./deadlines.ts";
import { isFromLedger, ledgerMatching } from "./ledger/retained-from-ledger.ts";
import { type BrokerState, createOpWriter, type OpWriter, type SessionLog } from "./ledger/session-log.ts";
import { type BrokerLimits, defaultLimits } from "./limits.ts";
import { withProfiles } from "./profiles/compile.ts";
import { type CommandReplies, createCommandReplies } from "./routing/command-replies.ts";
import { type BrokerLedger, createFactDoor } from "./routing/facts.ts";
import { createInternalEmitter } from "./routing/internal-emitter.ts";
import { compileMapping, type Mapping } from "./routing/mapping.ts";
import { createPublishPipeline, type PublishPipeline } from "./routing/publish-pipeline.ts";
import { createShared, type SharedSubscriptions } from "./routing/shared.ts";
import { createSubscribers, type Subscribers, takesAtOnce } from "./routing/subscribers.ts";
import { trimAedesMemory } from "./session/aedes-memory.ts";
import { createPersistence, type Persistence } from "./session/persistence.ts";
import { Peer5 } from "./v5/peer.ts";
import { createMakeWay } from "./v5/takeover.ts";
import { createWills5, type Wills5 } from "./v5/wills.ts";

/** A trouble that many devices have at once is logged once within this time. */
const sayAgainMs = 10_000;

export interface Engine {
	aedes: Aedes;
	limits: BrokerLimits;
	/** The ledger's content at the start. */
	state: BrokerState;
	accounts: Accounts;
	answers: CommandReplies;
	counters: ReturnType<typeof createCounters>;
	refusals: Refusals;
	/** The client and account of a connection, as far as known. */
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
	/** The version of MQTT. */
	version: "3.1.1" | "5";
}

/** The broker's parts are made from these, before aedes exists. */
interface Ground {
	options: BrokerOptions;
	limits: BrokerLimits;
	counters: ReturnType<typeof createCounters>;
	mapping: Mapping;
	accounts: Accounts;
	refusals: Refusals;
	names: WeakMap<Gate, Who>;
	/** The rights of each client of MQTT 3.1.1. */
	visitors: WeakMap<Client, Visitor>;
	certified: WeakMap<Gate, string>;
	registry: Registry;
	shared: SharedSubscriptions;
	deadlines: Deadlines;
	state: BrokerState;
	writer: OpWriter;
	onTrouble(error: Error): void;
	isStopping(): boolean;
	/** Set once aedes exists: parts that are made before it find it here. */
	aedes: Aedes | undefined;
	/** aedes asks for retained messages right after it announces a subscription, so this is the client that asks. */
	subscriber: Client | undefined;
}

export async function startEngine(options: BrokerOptions, stopping: AbortSignal): Promise<Engine> {
	const ground = layGround(options, stopping);
	const persistence = openPersistence(ground);
	const routing = openRouting(ground, persistence);
	const { speakers, aedes, wills } = await openSpeakers(ground, persistence, routing);
	const { limits, state, accounts, counters, refusals, names, registry, shared, writer, certified, onTrouble } = ground;
	const clients = (): ConnectedClient[] =>
		registry.list().map(({ client, visitor, conn, isKept, version }) => ({
			client,
			account: visitor.account,
			kind: visitor.role,
			address: conn.address,
			session: isKept ? ("kept" as const) : ("clean" as const),
			version: version === 5 ? ("5" as const) : ("3.1.1" as const),
		}));
	return {
		...{ aedes, limits, state, accounts, counters, refusals, names, clients, registry, speakers, wills, shared, persistence },
		...{ ...routing, writer, certified, onTrouble },
	};
}

/** Rules and profiles; what firmware announced before the start is read from the retained messages. */
function openMapping({ mapping: rules = [], profiles = [], onSensors, homeAssistant }: BrokerOptions, { retained }: BrokerState): Mapping {
	const mapping = withProfiles(compileMapping(rules), profiles);
	for (const { topic, payload } of retained)
		for (const meaning of topic.startsWith("$") ? [] : mapping.learn(topic, Buffer.from(payload)))
			if (meaning.kind === "sensor") void onSensors?.(meaning.device, meaning.readings, meaning.gone);
	return { ...mapping, ...defined({ announcedBelow: homeAssistant?.prefix }) };
}

function layGround(options: BrokerOptions, stopping: AbortSignal): Ground {
	const { ledger, log } = options;
	const limits: BrokerLimits = { ...defaultLimits, ...options.limits };
	const counters = createCounters(() => ledger.now().wall, options.maskSample);
	const onTrouble = sayingSometimes(log);
	const { state, writer } = openMemory(options, onTrouble);
	return {
		...{ options, limits, counters, onTrouble, state, writer },
		mapping: openMapping(options, state),
		accounts: openAccounts(options.accounts ?? {}, (error) =>
			log?.warn({ error: error.message }, "the broker's accounts cannot be read; those that were known stay"),
		),
		refusals: createRefusals({
			counters,
			now: () => ledger.now().wall,
			open: () => ledger.read.alarms.list().filter((alarm) => alarm.code === refusedCode),
			alarm: (flow, code, subject, facts) =>
				flow === "raiseAlarm" ? ledger.do(flow, { code, subject, facts }) : ledger.do(flow, { code, subject }),
			log,
		}),
		names: new WeakMap(),
		visitors: new WeakMap(),
		certified: new WeakMap(),
		registry: createRegistry(),
		shared: createShared((subscriber) => takesAtOnce(subscriber, limits.backlogBytes)),
		deadlines: createDeadlines(() => trustedNow(ledger), options.steadyMs),
		isStopping: () => stopping.aborted,
		aedes: undefined,
		subscriber: undefined,
	};
}

/** A client of MQTT 3.1.1 by its id. */
function clientOf({ aedes }: Ground, id: string): Client | undefined {
	return (aedes as unknown as { clients: Record<string, Client> } | undefined)?.clients[id];
}

function openPersistence(ground: Ground): Persistence {
	const { state, writer, limits, deadlines, shared, registry, visitors, counters, options } = ground;
	return createPersistence({
		...{ state, writer, limits, deadlines, shared, isFromLedger },
		fromLedger: (filters) => pacedBy(ground.subscriber, ledgerMatching(options.ledger, filters, options.alarmWords)),
		connection5: (client) => {
			const found = registry.get(client);
			return found?.version === 5 ? found : undefined;
		},
		mayReceive: (client, topic) => {
			const older = clientOf(ground, client);
			return (registry.get(client)?.visitor ?? (older && visitors.get(older)))?.maySubscribe(topic) ?? false;
		},
		// While the date is a guess no session is judged by its absence: a wrong year would end every session.
		now: () => trustedNow(options.ledger),
		onDropped: (reason) => counters.dropped(reason),
		accountOf: (client) => visitors.get(client as Client)?.account,
		mayRetain: (client, topic) => visitors.get(client as Client)?.mayRetain(topic) ?? false,
	});
}

type Routing = Pick<Engine, "answers" | "subscribers" | "pipeline">;

function openRouting(ground: Ground, persistence: Persistence): Routing {
	const { options, counters, limits, shared, writer, mapping, refusals, onTrouble } = ground;
	const { ledger, onWeight, onScan, onPresence, onSensors, inspectScan } = options;
	const answers = createCommandReplies();
	const facts = createFactDoor({
		...{ ledger, counters, onWeight, onScan, onPresence, onSensors, onTrouble },
		onAnswer: answers.take,
		publish: async (topic, payload, props) => void (await pipeline.publish({ topic, payload, qos: 1, retain: false, props })),
		...options.tills,
	});
	const subscribers = createSubscribers({ limits, shared, onDropped: (reason) => counters.dropped(reason) });
	const pipeline = createPublishPipeline({
		...{ persistence, writer, facts, subscribers, shared, mapping, counters, refusals, onTrouble, inspectScan },
	});
	return { answers, subscribers, pipeline };
}

/** The two that speak with a connection after its CONNECT: aedes for MQTT 3.1 and 3.1.1, the folder v5/ for MQTT 5. */
async function openSpeakers(
	ground: Ground,
	persistence: Persistence,
	{ pipeline, subscribers }: Routing,
): Promise<Pick<Engine, "speakers" | "aedes" | "wills">> {
	const { options, limits, accounts, mapping, refusals, names, visitors, registry, writer, deadlines, isStopping, onTrouble } = ground;
	const visitorOf = (client: Client): Visitor | undefined => visitors.get(client);
	const visitorOfOldWill = localVisitor(mapping);
	const hooks = createHooks({
		...{ pipeline, subscribers, persistence, writer, limits, refusals, onTrouble, visitorOf, visitorOfOldWill, isStopping },
	});
	const wills = createWills5({ writer, deadlines, persistence, pipeline, visitorOfOldWill, kept: ground.state.wills, isStopping });
	const makeWay = createMakeWay({ registry, persistence, wills });
	const admission = createAdmission({
		...{ accounts, mapping, refusals, names, limits, visitors, persistence },
		anonymousLoopback: options.anonymousLoopback ?? false,
		certifiedAs: (gate) => ground.certified.get(gate),
		makeWay: makeWay.forOlder,
	});
	const aedes = await openAedes(ground, persistence, hooks, admission);
	const cutIfRevoked = ({ visitor, cut }: Connected): boolean => {
		if (admission.isStillWelcome(visitor)) return false;
		cut("account");
		// Messages of the account were deleted when it was revoked, but this connection may have begun a session since.
		if (accounts.find(visitor.account!) === undefined) persistence.forgetAccount(visitor.account!);
		return true;
	};
	welcomeClients(aedes, {
		...{ persistence, registry, visitorOf, cutIfRevoked, hooks },
		clientOf: (id) => clientOf(ground, id),
		asks: (client) => void (ground.subscriber = client),
	});
	const peerDeps = {
		...{ limits, admission, registry, cutIfRevoked, persistence, pipeline, subscribers, wills, writer, deadlines, refusals, onTrouble },
		fromLedger: (filters: string[]) => ledgerMatching(options.ledger, filters, options.alarmWords),
		makeWay: makeWay.forFive,
	};
	const speakers: Speakers = {
		older: (gate) => void aedes.handle(gate),
		five: (gate, keepAlive) => new Peer5(peerDeps, gate, keepAlive),
	};
	return { speakers, aedes, wills };
}

async function openAedes(ground: Ground, persistence: Persistence, hooks: AedesHooks, admission: Admission): Promise<Aedes> {
	const { limits } = ground;
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
	ground.aedes = aedes;
	await aedes.listen();
	(aedes as unknown as NodeJS.EventEmitter).on("error", ground.onTrouble);
	return aedes;
}

/** The session log of these options, or the ledger itself, with what it kept. */
function openMemory({ ledger, store }: BrokerOptions, onTrouble: (error: Error) => void): { state: BrokerState; writer: OpWriter } {
	const log: SessionLog = store ?? {
		load: () => ledger.read.broker.load(),
		apply: (ops) => ledger.do("brokerApply", { ops }),
	};
	return { state: log.load(), writer: createOpWriter(log, onTrouble) };
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
