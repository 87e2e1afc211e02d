/** CONNECT: who it is, and whether the session it asks for is its own. Refusals carry MQTT's return codes and are counted. */
import type { AuthenticateHandler, Client, PreConnectHandler } from "aedes";
import type { Gate } from "../connection/gate.ts";
import type { Counters } from "../counters.ts";
import type { BrokerLimits } from "../limits.ts";
import type { Mapping } from "../routing/mapping.ts";
import type { Persistence } from "../session/persistence.ts";
import { type Accounts, isLoopback, localVisitor, type Visitor, visitorOf } from "./accounts.ts";

export interface AdmissionDeps {
	accounts: Accounts;
	mapping: Mapping;
	counters: Counters;
	limits: BrokerLimits;
	visitors: WeakMap<Client, Visitor>;
	persistence: Pick<Persistence, "knowsSession" | "counts" | "isAnothers">;
	anonymousLoopback: boolean;
	/** The name in the certificate that a connection showed, when one of our authorities signed it. */
	certifiedAs(gate: Gate): string | undefined;
}

/** MQTT 3.1.1, table 3.1. */
const codes = { identifierRejected: 2, serverUnavailable: 3, badPassword: 4, notAuthorized: 5 } as const;

const wrongPasswordsWindowMs = 60_000;
const addressesKept = 1_000;

export function createAdmission(deps: AdmissionDeps): { preConnect: PreConnectHandler; authenticate: AuthenticateHandler } {
	const { accounts, mapping, counters, limits, visitors, persistence } = deps;
	const local = localVisitor(mapping);
	const wills = new WeakMap<Client, string>();
	/** Clients that were let in and whose connection is not closed, by client id. */
	const present = new Map<string, Set<Client>>();
	const notePresent = (client: Client): void => {
		const { id } = client;
		if ((client.conn as Gate).destroyed) return;
		const same = present.get(id) ?? new Set();
		present.set(id, same.add(client));
		(client.conn as Gate).once("close", () => {
			same.delete(client);
			if (same.size === 0 && present.get(id) === same) present.delete(id);
		});
	};
	const wrong = new Map<string, { count: number; since: number }>();

	const refusal = (reason: string, returnCode: number): Error & { returnCode: number } => {
		counters.refused(reason);
		return Object.assign(new Error(reason), { returnCode });
	};
	const noteWrong = (address: string): void => {
		if (wrong.size >= addressesKept) wrong.clear();
		const now = performance.now();
		const known = wrong.get(address);
		if (!known || now - known.since > wrongPasswordsWindowMs) wrong.set(address, { count: 1, since: now });
		else known.count += 1;
	};
	const isTurnedAway = (address: string): boolean => {
		const known = wrong.get(address);
		return known !== undefined && known.count >= limits.wrongPasswords && performance.now() - known.since <= wrongPasswordsWindowMs;
	};

	const identify = async (client: Client, username: string | undefined, password: Buffer): Promise<Visitor> => {
		const gate = client.conn as Gate;
		const { address } = gate;
		const certified = deps.certifiedAs(gate);
		if (certified !== undefined) {
			if (username !== undefined && username !== certified) throw refusal("certificate-of-another", codes.notAuthorized);
			const account = accounts.find(certified);
			if (!account) throw refusal("no-account", codes.notAuthorized);
			return visitorOf(account, mapping);
		}
		const isLocal = deps.anonymousLoopback && isLoopback(address);
		const account = username === undefined ? undefined : accounts.find(username);
		if (!account) {
			if (isLocal) return local;
			if (username === undefined) throw refusal("no-account", codes.notAuthorized);
			const isNoted = await accounts.notePending(username, password, address);
			throw refusal(isNoted ? "pairing-not-approved" : "no-account", codes.notAuthorized);
		}
		if (isTurnedAway(address)) throw refusal("too-many-wrong-passwords", codes.badPassword);
		if (!(await accounts.check(account, password))) {
			noteWrong(address);
			throw refusal("wrong-password", codes.badPassword);
		}
		return visitorOf(account, mapping);
	};

	/** A client id names a session with everything that waits in it: nobody takes over another account's, present or away. */
	const checkSession = (client: Client, visitor: Visitor): void => {
		const isPresentAsAnother = [...(present.get(client.id) ?? [])].some((other) => visitors.get(other)?.account !== visitor.account);
		if (isPresentAsAnother || persistence.isAnothers(client.id, visitor)) throw refusal("client-id-of-another", codes.identifierRejected);
		if (client.clean || persistence.knowsSession(client.id)) return;
		if (persistence.counts().sessions >= limits.sessions) throw refusal("too-many-sessions", codes.serverUnavailable);
	};

	return {
		preConnect(client, packet, done) {
			// [MQTT-3.1.3-8]: without an id there is no session to come back to.
			if (packet.clientId === "" && packet.clean === false) {
				counters.refused("client-id-empty");
				(client.conn as Gate).turnAway(codes.identifierRejected);
				return done(new Error("client-id-empty"), false);
			}
			if (packet.will) wills.set(client, packet.will.topic);
			done(null, true);
		},
		authenticate(client, username, password, done) {
			identify(client, username, password ?? Buffer.alloc(0)).then(
				(visitor) => {
					try {
						checkSession(client, visitor);
						const will = wills.get(client);
						if (will !== undefined && (will === "" || /[+#]/.test(will) || !visitor.mayPublish(will))) {
							throw refusal("will-not-allowed", codes.notAuthorized);
						}
					} catch (error) {
						return done(error as Error & { returnCode: number }, null);
					}
					visitors.set(client, visitor);
					notePresent(client);
					if (!client.clean && persistence.knowsSession(client.id)) (client.conn as Gate).sayKnown();
					done(null, true);
				},
				(error: Error & { returnCode?: number }) => {
					done(Object.assign(error, { returnCode: error.returnCode ?? codes.serverUnavailable }), null);
				},
			);
		},
	};
}
