/** Puts the broker's parts together around one aedes: memory, rights, routing. Nothing listens yet. */
import { Aedes, type Client } from "aedes";
import { type Accounts, openAccounts } from "./access/accounts.ts";
import { createAdmission } from "./access/admission.ts";
import { createHooks } from "./access/hooks.ts";
import { createRefusals, type Refusals, type Who } from "./access/refusals.ts";
import { localVisitor, type Visitor } from "./access/rights.ts";
import type { BrokerOptions } from "./broker.ts";
import type { Gate } from "./connection/gate.ts";
import { createCounters } from "./counters.ts";
import { isFromLedger, ledgerMatching } from "./ledger/retained-from-ledger.ts";
import { type BrokerState, createOpWriter, type OpWriter, type SessionLog } from "./ledger/session-log.ts";
import { type BrokerLimits, defaultLimits } from "./limits.ts";
import { type CommandReplies, createCommandReplies } from "./routing/command-replies.ts";
import { type BrokerLedger, createFactDoor } from "./routing/facts.ts";
import { createInternalEmitter } from "./routing/internal-emitter.ts";
import { compileMapping } from "./routing/mapping.ts";
import { createPublishPipeline, type PublishPipeline } from "./routing/publish-pipeline.ts";
import { createSubscribers, type Subscribers } from "./routing/subscribers.ts";
import { trimAedesMemory, trimClient } from "./session/aedes-memory.ts";
import { createPersistence, type Persistence } from "./session/persistence.ts";

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
		alarm: (flow, code, subject, facts) =>
			flow === "raiseAlarm" ? ledger.do(flow, { code, subject, facts }) : ledger.do(flow, { code, subject }),
		log: options.log,
	});
	const names = new WeakMap<Gate, Who>();
	const onTrouble = sayingSometimes(options.log);
	const { state, writer } = openMemory(options, onTrouble);
	const visitors = new WeakMap<Client, Visitor>();
	/** aedes asks for retained messages right after it announces the subscription; so this is who asks. */
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
	const subscribers = createSubscribers({ limits, onDropped: (reason) => counters.dropped(reason) });
	const pipeline = createPublishPipeline({
		persistence,
		writer,
		facts,
		subscribers,
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
	welcomeClients(aedes, { persistence, accountOf, hooks, clientOf, asks: (client) => (subscriber = client) });
	(aedes as unknown as NodeJS.EventEmitter).on("error", onTrouble);
	const clients = (): ConnectedClient[] =>
		Object.values((aedes as unknown as { clients: Record<string, Client> }).clients).map((client) => ({
			client: client.id,
			account: visitors.get(client)?.account ?? null,
			kind: visitors.get(client)?.role ?? "local",
			address: (client.conn as Gate).address,
			session: client.clean ? ("clean" as const) : ("kept" as const),
		}));
	return {
		...{ aedes, limits, state, accounts, answers, counters, refusals, names, clients },
		...{ persistence, pipeline, subscribers, writer, certified, onTrouble },
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
	accountOf(client: Client): string | null;
	hooks: ReturnType<typeof createHooks>;
	clientOf(id: string): Client | undefined;
	asks(client: Client): void;
}

/** What follows a CONNACK, a SUBACK and an UNSUBACK. */
function welcomeClients(aedes: Aedes, { persistence, accountOf, hooks, clientOf, asks }: WelcomeDeps): void {
	aedes.on("clientReady", (client) => {
		const gate = client.conn as Gate;
		if (!client.clean) {
			persistence.clientReady(client.id, accountOf(client));
			// The same client on a new connection is not gone.
			gate.once("close", () =>
				clientOf(client.id) !== undefined && clientOf(client.id) !== client ? undefined : persistence.clientGone(client.id),
			);
		}
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
