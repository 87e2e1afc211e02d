/** Handles CONNECT of MQTT 5: who the client is, which session it gets, and its CONNACK. */
import { randomBytes } from "node:crypto";
import { defined } from "../../words/defined.ts";
import type { Admission, Refused } from "../access/admission.ts";
import type { Refusals } from "../access/refusals.ts";
import type { Visitor } from "../access/rights.ts";
import type { Gate } from "../connection/gate-port.ts";
import type { Connected, Registry } from "../connection/registry.ts";
import type { Deadlines } from "../deadlines.ts";
import type { OpWriter } from "../ledger/session-log.ts";
import { type BrokerLimits, keepAliveInForce, largestPacket5 } from "../limits.ts";
import type { PublishPipeline } from "../routing/publish-pipeline.ts";
import { innerFilter } from "../routing/shared.ts";
import type { Subscriber, Subscribers } from "../routing/subscribers.ts";
import type { AnyPacket } from "../session/aedes-types.ts";
import type { Persistence } from "../session/persistence.ts";
import { encodeConnack, encodeDisconnect } from "./encode.ts";
import type { Connect5 } from "./packets.ts";
import { connackCode, reasonTexts } from "./reasons.ts";
import { createSending, type Sending5 } from "./sending.ts";
import type { Wills5 } from "./wills.ts";

export interface Peer5Deps {
	limits: BrokerLimits;
	admission: Pick<Admission, "admit">;
	registry: Registry;
	/** Cuts the connection if its account was revoked or changed since it was admitted; answers whether it did. */
	cutIfRevoked(connected: Connected): boolean;
	persistence: Persistence;
	pipeline: PublishPipeline;
	subscribers: Subscribers;
	wills: Wills5;
	writer: OpWriter;
	deadlines: Deadlines;
	refusals: Pick<Refusals, "refused">;
	/** Retained messages that are made from the ledger. */
	fromLedger(filters: string[]): AsyncIterable<AnyPacket>;
	/** Another connection under this client id ends first. */
	makeWay(client: string, continues: boolean): Promise<void>;
	onTrouble(error: Error): void;
}

/** A client that was admitted, while its connection lasts. */
export interface Speaking {
	readonly client: string;
	readonly gate: Gate;
	readonly visitor: Visitor;
	readonly subscriber: Subscriber;
	readonly out: Sending5;
	/** The session is in the ledger; one that was resumed only for this connection is, too. */
	readonly isKept: boolean;
	/** Seconds its CONNECT asked for. */
	readonly askedExpiry: number;
	/** Seconds its session outlives the connection. */
	expiry: number;
	/** A sentence for this code or fault, where the client takes any [MQTT5-3.1.2-29]. */
	why(code: number): string | undefined;
	/** A DISCONNECT, with a sentence where the client takes packets so large [MQTT5-3.14.2-3]; `said` left out, that of the code. */
	farewell(code: number, said?: string): Buffer;
}

/** Topic aliases a client may set; some use eight whatever they are told. */
export const topicAliasesIn = 32;

/** Admits a client and sends its CONNACK; null: it was refused, or its connection ended meanwhile. */
export async function enter(
	deps: Peer5Deps,
	gate: Gate,
	connect: Connect5,
	keepAlive: number,
	isWaiting: () => boolean,
): Promise<{ speaking: Speaking; connack: Buffer } | null> {
	const { limits, persistence, subscribers, wills } = deps;
	const assigned = connect.clientId === "" ? `auto-${randomBytes(9).toString("base64url")}` : undefined;
	const client = assigned ?? connect.clientId;
	const expiry = Math.min(connect.sessionExpiry, limits.sessionDays * 86_400);
	const visitor = await admitted(deps, gate, client, connect, expiry > 0);
	if (!visitor) return null;
	await deps.makeWay(client, !connect.isCleanStart);
	if (gate.destroyed || !isWaiting()) return null;
	if (connect.isCleanStart) void persistence.cleanSubscriptions({ id: client });
	const isKnown = persistence.knowsSession(client);
	const isKept = expiry > 0 || isKnown;
	const out = createSending(connect, deps.deadlines);
	const connack = encodeConnack(
		defined({
			...{ code: 0, isKnown, receiveMaximum: limits.pendingPublishes, maximumPacket: largestPacket5(limits) },
			topicAliasMaximum: topicAliasesIn,
			assignedClientId: assigned,
			sessionExpiry: expiry === connect.sessionExpiry ? undefined : expiry,
			serverKeepAlive: keepAliveInForce(limits, keepAlive) === keepAlive ? undefined : keepAliveInForce(limits, keepAlive),
		}),
	);
	if (!out.takes(connack.length)) {
		// A client that is not told the limits would only be cut off later.
		gate.destroy();
		return null;
	}
	const subscriber = subscribers.join(gate, client, isKept, out);
	for (const [topic, { qos, nl = false, rap = false, ident }] of persistence.subscriptionsOf(client))
		if (visitor.maySubscribe(innerFilter(topic))) subscribers.listen(subscriber, topic, qos, { noLocal: nl, asPublished: rap, ident });
	persistence.dropOlderWill(client);
	if (connect.will) wills.hold(client, connect.will, visitor, gate.address);
	const why = (code: number): string | undefined => (connect.wantsProblems ? reasonTexts[code] : undefined);
	const farewell = (code: number, said = reasonTexts[code]): Buffer => {
		const whole = encodeDisconnect(code, said);
		return out.takes(whole.length) ? whole : encodeDisconnect(code);
	};
	return {
		speaking: { client, gate, visitor, subscriber, out, isKept, askedExpiry: connect.sessionExpiry, expiry, why, farewell },
		connack,
	};
}

/** Undefined: the client was refused and has been told so. */
async function admitted(deps: Peer5Deps, gate: Gate, client: string, connect: Connect5, isKept: boolean): Promise<Visitor | undefined> {
	const { username, password = Buffer.alloc(0), will } = connect;
	try {
		return await deps.admission.admit({ client, gate, isKept, will: will?.topic, isWillKept: will?.retain ?? false, username, password });
	} catch (error) {
		const { returnCode, message } = error as Partial<Refused> & Error;
		if (returnCode === undefined) throw error;
		gate.dismiss(encodeConnack({ code: connackCode(returnCode, message), isKnown: false }));
		return undefined;
	}
}
