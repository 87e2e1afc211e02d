/**
 * Handles CONNECT: identifies the client and checks that the session it asks for belongs to its account. Refusals have MQTT's
 * return codes and are counted.
 */
import type { AuthenticateError, AuthenticateHandler, Client, PreConnectHandler } from "aedes";
import { isLoopbackAddress } from "../../access/tls-too.ts";
import type { Gate } from "../connection/gate-port.ts";
import type { BrokerLimits } from "../limits.ts";
import type { Mapping } from "../routing/mapping.ts";
import type { Persistence } from "../session/persistence.ts";
import type { Accounts } from "./accounts.ts";
import type { Account } from "./accounts-file.ts";
import { TooBusy } from "./password-checks.ts";
import type { Refusals, Who } from "./refusals.ts";
import { localVisitor, type Visitor, visitorOf } from "./rights.ts";

export interface AdmissionDeps {
	accounts: Accounts;
	mapping: Mapping;
	refusals: Pick<Refusals, "refused" | "admitted">;
	/** The client and account of each connection; written here. */
	names: WeakMap<Gate, Who>;
	limits: BrokerLimits;
	visitors: WeakMap<Client, Visitor>;
	persistence: Pick<Persistence, "knowsSession" | "counts" | "isAnothers" | "sessionsOf">;
	anonymousLoopback: boolean;
	/** The name in the connection's client certificate, where one of the configured authorities signed it. */
	certifiedAs(gate: Gate): string | undefined;
	/** Ends another connection of this client first; null: there is none. */
	makeWay(client: string, continues: boolean): Promise<void> | null;
}

/** A client that asks to connect, in either version of MQTT. */
export interface Knock {
	client: string;
	gate: Gate;
	/** Whether its session is to outlive the connection. */
	isKept: boolean;
	/** Topic of its last will. */
	will: string | undefined;
	/** Whether the will asks to be retained, in MQTT 5, where the client can be told that it may not. */
	isWillKept?: boolean;
	username: string | undefined;
	password: Buffer;
}

/** MQTT 3.1.1, table 3.1. */
const codes = { identifierRejected: 2, serverUnavailable: 3, badPassword: 4, notAuthorized: 5 } as const;

const wrongPasswordsWindowMs = 60_000;
const guessersKept = 5_000;
const firstWaitMs = 250;
const longestWaitMs = 5_000;

export type Refused = Error & { returnCode: number };

/** Wrong passwords by account and address together; unknown names of one address count as one. */
function createGuesses(free: number) {
	const wrong = new Map<string, { count: number; since: number }>();
	return {
		/** Notes a wrong password and returns how long its answer waits. */
		wrong(account: string, address: string): { waitMs: number; isTooMany: boolean } {
			const key = `${account}\0${address}`;
			const now = performance.now();
			const known = wrong.get(key);
			const count = known && now - known.since <= wrongPasswordsWindowMs ? known.count + 1 : 1;
			wrong.delete(key);
			wrong.set(key, { count, since: count === 1 ? now : known!.since });
			if (wrong.size > guessersKept) wrong.delete(wrong.keys().next().value!);
			if (count <= free) return { waitMs: 0, isTooMany: false };
			return { waitMs: Math.min(longestWaitMs, firstWaitMs * 2 ** (count - free - 1)), isTooMany: true };
		},
	};
}

export interface Admission {
	preConnect: PreConnectHandler;
	authenticate: AuthenticateHandler;
	/** Who the client is; rejects with a return code of MQTT 3.1.1 where it may not connect. */
	admit(knock: Knock): Promise<Visitor>;
	/**
	 * Whether the account is still as it was when the client was admitted. Asked when a connection is registered, because a revocation
	 * between the two found no connection to cut.
	 */
	isStillWelcome(visitor: Visitor): boolean;
}

/** The clients that were admitted, and wrong passwords by origin. */
interface Admitting {
	deps: AdmissionDeps;
	accounts: AdmissionDeps["accounts"];
	mapping: AdmissionDeps["mapping"];
	refusals: AdmissionDeps["refusals"];
	limits: AdmissionDeps["limits"];
	visitors: AdmissionDeps["visitors"];
	persistence: AdmissionDeps["persistence"];
	local: ReturnType<typeof localVisitor>;
	wills: WeakMap<Client, string>;
	/** The accounts of clients that were let in and whose connection is not closed, by client id. */
	present: Map<string, Map<Gate, string | null>>;
	connections: Map<string, number>;
	guesses: ReturnType<typeof createGuesses>;
	/** The account of each visitor, as it was when it came in. */
	cameAs: WeakMap<Visitor, Account>;
}

export function createAdmission(deps: AdmissionDeps): Admission {
	const { accounts, mapping, refusals, limits, visitors, persistence } = deps;
	const admission: Admitting = {
		deps,
		accounts,
		mapping,
		refusals,
		limits,
		visitors,
		persistence,
		local: localVisitor(mapping),
		wills: new WeakMap<Client, string>(),
		present: new Map<string, Map<Gate, string | null>>(),
		connections: new Map<string, number>(),
		guesses: createGuesses(limits.wrongPasswords),
		cameAs: new WeakMap<Visitor, Account>(),
	};
	return {
		preConnect(client, packet, done) {
			// [MQTT-3.1.3-8]: a session without a client id cannot be found again.
			if (packet.clientId === "" && packet.clean === false) {
				admission.refusals.refused("client-id-empty", { client: "", account: null, address: (client.conn as Gate).address });
				(client.conn as Gate).turnAway(codes.identifierRejected);
				return done(new Error("client-id-empty"), false);
			}
			if (packet.will) admission.wills.set(client, packet.will.topic);
			done(null, true);
		},
		authenticate(client, username, password, done) {
			const gate = client.conn as Gate;
			const knock = {
				client: client.id,
				gate,
				isKept: !client.clean,
				will: admission.wills.get(client),
				username,
				password: password ?? noBytes,
			};
			const letIn = (): void => {
				if (!client.clean && admission.persistence.knowsSession(client.id)) gate.sayKnown();
				done(null, true);
			};
			const admitted = (visitor: Visitor): void => {
				admission.visitors.set(client, visitor);
				const way = admission.deps.makeWay(client.id, !client.clean);
				if (way === null) letIn();
				else way.then(letIn, (error: AuthenticateError) => done(error, null));
			};
			admit(admission, knock).then(admitted, (error: Error & { returnCode?: number }) => {
				done(Object.assign(error, { returnCode: error.returnCode ?? codes.serverUnavailable }), null);
			});
		},
		admit: (knock) => admit(admission, knock),
		isStillWelcome(visitor) {
			const account = admission.cameAs.get(visitor);
			const now = visitor.account === null ? undefined : accounts.find(visitor.account);
			return account === now || JSON.stringify(account) === JSON.stringify(now);
		},
	};
}

function visitorAs(admission: Admitting, account: Account): Visitor {
	const visitor = visitorOf(account, admission.mapping);
	admission.cameAs.set(visitor, account);
	return visitor;
}

function connectionsOf(admission: Admitting, account: string | null): number {
	return account === null ? 0 : (admission.connections.get(account) ?? 0);
}

function notePresent(admission: Admitting, id: string, gate: Gate, account: string | null): void {
	if (gate.destroyed) return;
	const same = admission.present.get(id) ?? new Map<Gate, string | null>();
	admission.present.set(id, same.set(gate, account));
	if (account !== null) admission.connections.set(account, connectionsOf(admission, account) + 1);
	gate.once("close", () => {
		same.delete(gate);
		if (account !== null) admission.connections.set(account, connectionsOf(admission, account) - 1);
		if (account !== null && connectionsOf(admission, account) === 0) admission.connections.delete(account);
		if (same.size === 0 && admission.present.get(id) === same) admission.present.delete(id);
	});
}

function whoIs({ client, gate }: Knock, account: string | null): Who {
	return { client, account, address: gate.address };
}

function refuse(admission: Admitting, reason: string, returnCode: number, who: Who): Refused {
	admission.refusals.refused(reason, who);
	return Object.assign(new Error(reason), { returnCode });
}

async function identify(admission: Admitting, client: Knock): Promise<Visitor> {
	const { gate, username, password } = client;
	const { address } = gate;
	const certified = admission.deps.certifiedAs(gate);
	if (certified !== undefined) {
		const account = admission.accounts.find(certified);
		if (username !== undefined && username !== certified)
			throw refuse(admission, "certificate-of-another", codes.notAuthorized, whoIs(client, account?.name ?? null));
		if (!account) throw refuse(admission, "no-account", codes.notAuthorized, whoIs(client, null));
		return visitorAs(admission, account);
	}
	const asked = username === undefined ? undefined : admission.accounts.find(username);
	if (!asked && admission.deps.anonymousLoopback && isLoopbackAddress(address)) return admission.local;
	if (username === undefined) throw refuse(admission, "no-account", codes.notAuthorized, whoIs(client, null));
	// Right credentials always enter, whoever else guesses; only answers to wrong credentials are delayed.
	const isRight = await admission.accounts.check(username, password, address).catch((error: unknown) => {
		throw error instanceof TooBusy ? refuse(admission, "too-busy", codes.serverUnavailable, whoIs(client, asked?.name ?? null)) : error;
	});
	// Checking takes a moment: an account that was revoked or got another password meanwhile does not come in by the old one.
	const account = admission.accounts.find(username);
	if (isRight && account?.hash === asked!.hash) return visitorAs(admission, account!);
	const isNoted = !account && (await admission.accounts.pairing.note(username, password, address));
	const { waitMs, isTooMany } = admission.guesses.wrong(account?.name ?? "", address);
	await new Promise((resolve) => setTimeout(resolve, waitMs));
	const reason = isTooMany ? "too-many-wrong-passwords" : isNoted ? "pairing-not-approved" : account ? "wrong-password" : "no-account";
	throw refuse(admission, reason, codes.badPassword, whoIs(client, account?.name ?? null));
}

/** A client id names a session with the messages that wait in it: no client takes over that of another account, connected or absent. */
function checkSession(admission: Admitting, knock: Knock, visitor: Visitor): void {
	const { client } = knock;
	const who = whoIs(knock, visitor.account);
	const isPresentAsAnother = [...(admission.present.get(client)?.values() ?? [])].some((account) => account !== visitor.account);
	if (isPresentAsAnother || admission.persistence.isAnothers(client, visitor))
		throw refuse(admission, "client-id-of-another", codes.identifierRejected, who);
	if (connectionsOf(admission, visitor.account) >= admission.limits.connectionsPerAccount)
		throw refuse(admission, "too-many-connections", codes.serverUnavailable, who);
	if (!knock.isKept || admission.persistence.knowsSession(client)) return;
	// Programs of this machine share one account name; they leave room for clients with accounts of their own.
	const most = visitor.account === null ? Math.ceil(admission.limits.sessions * 0.75) : admission.limits.sessionsPerAccount;
	if (admission.persistence.sessionsOf(visitor.account) >= most || admission.persistence.counts().sessions >= admission.limits.sessions)
		throw refuse(admission, "too-many-sessions", codes.serverUnavailable, who);
}

function checkWill(admission: Admitting, knock: Knock, visitor: Visitor): void {
	const { will } = knock;
	if (will === undefined) return;
	const who = whoIs(knock, visitor.account);
	if (will === "" || /[+#]/.test(will) || !visitor.mayPublish(will)) throw refuse(admission, "will-not-allowed", codes.notAuthorized, who);
	if (knock.isWillKept && !visitor.mayRetain(will)) throw refuse(admission, "will-retain-not-allowed", codes.notAuthorized, who);
}

async function admit(admission: Admitting, knock: Knock): Promise<Visitor> {
	const visitor = await identify(admission, knock);
	checkSession(admission, knock, visitor);
	checkWill(admission, knock, visitor);
	const { client, gate } = knock;
	notePresent(admission, client, gate, visitor.account);
	const who = whoIs(knock, visitor.account);
	admission.deps.names.set(gate, who);
	admission.refusals.admitted(who);
	return visitor;
}

const noBytes = Buffer.alloc(0);
