/**
 * Connections, packets and subscriptions that the broker refused: counted by reason, logged, listed for people, and an alarm when the same
 * client is refused repeatedly. The alarm ends when the client is let in, or after a quarter of an hour without a refusal.
 */
import type { Instant } from "../../words/time.ts";
import type { Counters } from "../counters.ts";

export interface Who {
	/** MQTT's client id; "" before CONNECT. */
	client: string;
	/** An account that exists, or null. */
	account: string | null;
	address: string;
}

export interface Refusal extends Who {
	reason: string;
	/** The meaning and the remedy, in a sentence. */
	why: string;
	count: number;
	firstAt: Instant;
	lastAt: Instant;
}

export interface RefusalsDeps {
	counters: Pick<Counters, "refused">;
	now(): Instant;
	/** Alarms of this code that a run before left open. */
	open(): { subject: string; facts: Record<string, string | number> }[];
	alarm(flow: "raiseAlarm" | "clearAlarm", code: string, subject: string, facts: Record<string, string | number>): Promise<unknown>;
	log?: { warn(facts: Record<string, unknown>, sentence: string): void } | undefined;
}

export interface Refusals {
	/** `isUrgent`: an alarm at the first time. */
	refused(reason: string, who: Who, isUrgent?: boolean): void;
	admitted(who: Who): void;
	/** The refusals, the newest first. */
	list(): Refusal[];
	/** Called once a minute: clears alarms without a further refusal. */
	look(): void;
}

export const refusedCode = "client-refused";
const alarmFrom = 5;
/** Refusals of single topics before an alarm: one connection may ask for many topics at once. */
const alarmFromWithin = 20;
const windowMs = 10 * 60_000;
const calmMs = 15 * 60_000;
const logEveryMs = 60_000;
const kept = 500;
/** At most so many alarms are open, because a client can change its names and addresses. */
const openAlarms = 20;

interface Noted extends Refusal {
	sinceMs: number;
	lastMs: number;
	loggedMs: number;
	inWindow: number;
}

/** Refusals of one broker since its start. */
interface Noticed {
	counters: RefusalsDeps["counters"];
	now: RefusalsDeps["now"];
	open: RefusalsDeps["open"];
	alarm: RefusalsDeps["alarm"];
	log: RefusalsDeps["log"];
	noted: Map<string, Noted>;
	raised: Map<string, { atMs: number; client: string; isAtDoor: boolean }>;
}

export function createRefusals({ counters, now, open, alarm, log }: RefusalsDeps): Refusals {
	const refusals: Noticed = {
		counters,
		now,
		open,
		alarm,
		log,
		noted: new Map<string, Noted>(),
		raised: new Map<string, { atMs: number; client: string; isAtDoor: boolean }>(),
	};
	for (const { subject, facts } of refusals.open())
		refusals.raised.set(subject, { atMs: performance.now(), client: String(facts["client"] ?? "?"), isAtDoor: isWhyAtDoor(facts["why"]) });
	return {
		refused(reason, who, isUrgent = false) {
			refusals.counters.refused(reason);
			const one = noteOf(refusals, reason, who);
			if (one.lastMs - one.loggedMs >= logEveryMs) {
				one.loggedMs = one.lastMs;
				const { client, account, address, count } = one;
				refusals.log?.warn({ reason, client, account, address, count }, `the broker refused a client: ${one.why}`);
			}
			if (isUrgent || one.inWindow >= (/^(publish|subscribe)-/.test(reason) ? alarmFromWithin : alarmFrom))
				raise(refusals, one, subjectOf(who));
		},
		admitted(who) {
			for (const subject of new Set([subjectOf(who), who.address])) {
				const open = refusals.raised.get(subject);
				const isSame = subject === subjectOf(who) || open?.client === shown(who.client);
				if (open?.isAtDoor && isSame) clear(refusals, subject);
			}
		},
		list: () =>
			[...refusals.noted.values()].reverse().map(({ reason, why, client, account, address, count, firstAt, lastAt }) => ({
				reason,
				why,
				client,
				account,
				address,
				count,
				firstAt,
				lastAt,
			})),
		look() {
			for (const [subject, { atMs }] of refusals.raised) if (performance.now() - atMs > calmMs) clear(refusals, subject);
		},
	};
}

/** A known account is identified by its name; an unknown client by its address, because it chooses its names itself. */
function subjectOf({ account, address }: Who): string {
	return account ?? (address || "?");
}

function shown(text: string): string {
	return text.replace(/[^\x20-\x7e]/g, "·").slice(0, 64);
}

function raise(refusals: Noticed, { reason, client, address, why, count }: Noted, subject: string): void {
	if (!refusals.raised.has(subject) && refusals.raised.size >= openAlarms) return;
	refusals.raised.set(subject, { atMs: performance.now(), client, isAtDoor: atDoor.has(reason) });
	const facts = { device: subject, client: client || "?", address, why, count };
	refusals.alarm("raiseAlarm", refusedCode, subject, facts).catch(() => refusals.raised.delete(subject));
}

function clear(refusals: Noticed, subject: string): void {
	if (!refusals.raised.delete(subject)) return;
	refusals.alarm("clearAlarm", refusedCode, subject, {}).catch(() => {});
	for (const one of refusals.noted.values()) if (subjectOf(one) === subject) one.inWindow = 0;
}

function noteOf(refusals: Noticed, reason: string, who: Who): Noted {
	const key = JSON.stringify([reason, subjectOf(who)]);
	const nowMs = performance.now();
	const one = refusals.noted.get(key) ?? {
		...who,
		reason,
		why: whys[reason] ?? `it was refused for ${reason}`,
		count: 0,
		firstAt: refusals.now(),
		lastAt: refusals.now(),
		sinceMs: nowMs,
		lastMs: nowMs,
		loggedMs: Number.NEGATIVE_INFINITY,
		inWindow: 0,
	};
	if (nowMs - one.sinceMs > windowMs) Object.assign(one, { sinceMs: nowMs, inWindow: 0 });
	Object.assign(one, { client: shown(who.client), address: who.address, lastAt: refusals.now(), lastMs: nowMs });
	one.count += 1;
	one.inWindow += 1;
	// Inserted again, so that the entry refused longest ago is removed first.
	refusals.noted.delete(key);
	refusals.noted.set(key, one);
	if (refusals.noted.size > kept) refusals.noted.delete(refusals.noted.keys().next().value!);
	return one;
}

/** Reasons for which a client was not admitted; they end once it is admitted. */
const atDoor: ReadonlySet<string> = new Set([
	...["no-account", "wrong-password", "too-many-wrong-passwords", "pairing-not-approved", "certificate-of-another", "too-busy"],
	...[
		"client-id-of-another",
		"client-id-empty",
		"will-not-allowed",
		"will-retain-not-allowed",
		"too-many-sessions",
		"too-many-connections",
		"connects-too-often",
	],
	...["protocol-level", "protocol-name", "connect-first"],
]);

const whys: Readonly<Record<string, string>> = {
	"no-account": "it names no account that exists; make one with: gondola accounts add",
	"wrong-password": "its password is not the account's; give it another with: gondola accounts passwd",
	"too-many-wrong-passwords": "it shows wrong passwords again and again; answers are slowed down",
	"too-busy": "too many passwords from its address wait to be looked at",
	"pairing-not-approved": "it knocked while pairing was open and waits for: gondola pair approve",
	"certificate-of-another": "its certificate is another's than the name it gives",
	"client-id-of-another": "its client id belongs to another account; each client needs an id of its own",
	"client-id-empty": "it wants a kept session and gives no client id",
	"will-not-allowed": "its last will is on a topic that its account may not use",
	"publish-not-allowed": "it sends to a topic that its account may not use",
	"sale-not-allowed": "it sends sales to the topic of a till that is not its own account; none of them is booked",
	"subscribe-not-allowed": "it asks for topics that its account may not hear",
	"will-retain-not-allowed": "its last will asks to be retained on a topic where its account may leave nothing; take the retain flag off",
	"scan-payload": "its scans cannot be read, and none of them counts: {id?, code, aim?, at?} is expected, with the code as text",
	"weight-payload": "its weights cannot be read, and none of them counts: a number of grams, or {grams, stable?, at?}, is expected",
	"state-payload": "its state is neither online nor offline",
	"answer-payload": "its answers to commands carry no id",
	"topic-version": "it sends to a version of Gondola's topics that is not served",
	name: "it sends to the topic of a name that none can have: a-z, 0-9 and - are allowed",
	"mapping-text": "its messages are not UTF-8",
	"mapping-json": "its messages are not JSON, and the configuration names a path in them",
	"mapping-weight": "no weight stands where the configuration says; check its path and its unit",
	"mapping-scan": "no code stands where the configuration says; check its path, and let it send codes as text",
	"mapping-state": "it says neither online nor offline on its topic of presence",
	"mapping-device": "the configuration makes no name of a device of its topic",
	"profile-which-sensor": "it has several sensors, and the configuration does not say which one is meant; name it in sensor",
	"publish-retained":
		"it sends retained messages on a topic where its account may leave none: they are delivered and not kept (in MQTT 5 refused); " +
		"take the retain flag off, or give the device its profile",
	"retained-quota": "it left more retained messages than one account may; a device keeps few",
	"too-many-sessions": "there are too many kept sessions; let clients that come and go connect with clean session",
	"too-many-connections": "there are too many connections at a time",
	"too-many-subscriptions": "it asks for too many topics",
	"connects-too-often": "its address connects too often",
	"protocol-level": "it speaks a version of MQTT that is not served; set it to MQTT 3.1.1 or 5",
	"protocol-name": "it speaks another protocol than MQTT",
	"packet-too-large": "its message is larger than broker.limits.payloadBytes",
	"half-packet": "it began a packet and did not finish it",
	"keep-alive": "it was silent for longer than it promised",
	"too-slow": "it does not take what is sent to it",
	"connect-first": "its first packet is no CONNECT",
	"authentication-method": "it asks for enhanced authentication, which is not served; give it a user name and password",
	"receive-maximum": "it sends more messages at a time than the CONNACK allows",
	"topic-alias": "it uses a topic alias that the CONNACK does not allow, or that it did not set",
};

/** An alarm carries the sentence of its reason. */
const isWhyAtDoor = (why: unknown): boolean => Object.entries(whys).some(([reason, sentence]) => sentence === why && atDoor.has(reason));
