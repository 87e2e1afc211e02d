import { isSignedBy } from "../../trust/signing.ts";
import { type BatchBody, isBatchOf } from "../../trust/statements.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { nextHash } from "../../words/basics/chain.ts";
import { defined } from "../../words/defined.ts";
import type { Raw, UpMessage } from "../protocol/envelope.ts";
import type { Data, HelloUp } from "../protocol/messages.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import type { BoxKey, HqRepository } from "./repository.ts";

/**
 * Checks that a message under a store's name was signed by that store (LINK rule 18). Where HQ has keys of the store, a hello must be
 * signed by one of them, and every later message of its session by the same key. A message that is signed by another key is ignored.
 *
 *   hello, ack, res   signed as a whole          data   signed over its numbers and the chain hash after its last record
 *   nak, req          ask for something and change nothing at HQ: not signed
 */
export interface Identity {
	/** The key that signed the hello. `anybody`: HQ has no key of the store, so every hello counts. `stranger`: ignore it. */
	ofHello(hello: HelloUp & Raw): Promise<BoxKey | "anybody" | "stranger">;
	/**
	 * - `own`: the store signed it, or its kind needs no signature.
	 * - `unknown-session`: HQ has not seen the hello of this session since its start. The store has to greet again; ignore it until then.
	 * - `stranger`: no key of the store signed it; ignore it.
	 */
	judge(message: Message): "own" | "unknown-session" | "stranger";
	/** A box was enrolled, or an enrolment ended: reads the keys again. Messages of a session whose key has ended count no more. */
	keysChanged(): Promise<void>;
	/** How many messages were a stranger's, since this start. */
	strangers(): number;
	/** `strangers` by what was wrong with them. */
	strangersBy(): Readonly<Record<NotYours, number>>;
}

/** The fault of a message under a store's name: no signature, a key that is not the store's, or not the signature of its key. */
export type NotYours = "unsigned" | "another-key" | "wrong-signature";

const nobody = (): Record<NotYours, number> => ({ unsigned: 0, "another-key": 0, "wrong-signature": 0 });

type Message = Exclude<UpMessage, { ch: "hello" }> & Raw;

/** For an HQ without keys: every message counts as the store's. */
export const noIdentityCheck: Identity = {
	ofHello: async () => "anybody",
	judge: () => "own",
	keysChanged: async () => {},
	strangers: () => 0,
	strangersBy: nobody,
};

/** How long keys that were read count as current. A hello under a key that is not among them reads again at once. */
const keysForMs = 2_000;
/** Sessions whose key is remembered, those of fenced boxes included. */
const sessionsMost = 8;

export interface IdentityDeps {
	tenant: string;
	store: string;
	repository: Required<Pick<HqRepository, "keysOf">>;
	clock: Clock;
	log: LinkLog;
}

/** State that the functions below work on. */
interface IdentityState extends IdentityDeps {
	/** The key and the incarnation of each session, by its hello; the oldest first. */
	keyOfSession: Map<string, { key: BoxKey; inc: number }>;
	/** The store's keys as they were read last; undefined before the first reading. */
	keys: readonly BoxKey[] | undefined;
	readAtMs: number;
	strangers: Record<NotYours, number>;
}

export function openIdentity(deps: IdentityDeps): Identity {
	const state: IdentityState = { ...deps, keyOfSession: new Map(), keys: undefined, readAtMs: -Infinity, strangers: nobody() };
	return {
		ofHello: (hello) => identifyHello(state, hello),
		judge: (message) => judge(state, message),
		keysChanged: () => forgetEnded(state),
		strangers: () => Object.values(state.strangers).reduce((sum, n) => sum + n, 0),
		strangersBy: () => ({ ...state.strangers }),
	};
}

async function keysNow(state: IdentityState, kid: string | undefined): Promise<readonly BoxKey[]> {
	const { clock, keys } = state;
	const isFresh = clock.nowMs() - state.readAtMs < keysForMs && (kid === undefined || keys?.some((key) => key.kid === kid));
	if (keys && isFresh) return keys;
	state.keys = await state.repository.keysOf(state.store);
	state.readAtMs = clock.nowMs();
	return state.keys;
}

async function forgetEnded(state: IdentityState): Promise<void> {
	state.readAtMs = -Infinity;
	const keys = await keysNow(state, undefined);
	// A fenced box greets with an ended key, and its facts go to quarantine.
	for (const [session, { key }] of state.keyOfSession)
		if (!key.ended && keys.some(({ kid, ended }) => kid === key.kid && ended)) state.keyOfSession.delete(session);
}

async function identifyHello(state: IdentityState, hello: HelloUp & Raw): Promise<BoxKey | "anybody" | "stranger"> {
	const { keyOfSession, tenant, store } = state;
	const known = await keysNow(state, hello.kid);
	if (known.length === 0) return "anybody";
	const key = known.find(({ kid }) => kid === hello.kid);
	if (!key || !isSignedBy("gondola/hello/1", { tenant, store }, hello.raw ?? hello, key.public)) {
		noteStranger(state, "hello", hello.kid);
		return "stranger";
	}
	keyOfSession.delete(hello.session);
	keyOfSession.set(hello.session, { key, inc: hello.inc });
	const [oldest] = keyOfSession.keys();
	if (keyOfSession.size > sessionsMost) keyOfSession.delete(oldest!);
	return key;
}

function judge(state: IdentityState, message: Message): "own" | "unknown-session" | "stranger" {
	const { keys, keyOfSession } = state;
	if (message.ch === "nak" || message.ch === "req" || message.ch === "cmd") return "own";
	if (!keys) {
		void keysNow(state, undefined).catch(() => {});
		return "unknown-session";
	}
	if (keys.length === 0) return "own";
	const of = message.ch === "res" ? undefined : keyOfSession.get(message.body.session);
	if (message.ch !== "res" && !of) return "unknown-session";
	// An answer to a command names no session: any key counts that has not ended.
	const signers = of ? [of] : keys.filter(({ ended }) => !ended).map((key) => ({ key, inc: 0 }));
	if (signers.some(({ key, inc }) => isSignedWith(state, key, inc, message))) return "own";
	noteStranger(state, message.ch, (message.body as { kid?: string }).kid);
	return "stranger";
}

function noteStranger(state: IdentityState, channel: string, kid: string | undefined): void {
	const { log, store, keys } = state;
	const why = kid === undefined ? "unsigned" : keys?.some((key) => key.kid === kid) ? "wrong-signature" : "another-key";
	state.strangers[why] += 1;
	log.warn(
		{ store, channel, kid: kid ?? "none", code: "not-yours", why },
		"what came in a store's name is not the store's; it was ignored",
	);
}

/** Whose statements are checked: `tenant` and `store` are part of what was signed. */
type From = Pick<IdentityDeps, "tenant" | "store">;

function isSignedWith({ tenant, store }: From, key: BoxKey, inc: number, message: Message): boolean {
	const from = { tenant, store };
	const raw = message.raw ?? message.body;
	if (message.ch === "ack") return isSignedBy("gondola/ack/1", from, raw, key.public);
	if (message.ch === "res") return isSignedBy("gondola/answer/1", from, raw, key.public);
	return message.ch !== "data" || isSignedBatch(from, key, inc, message.body);
}

/** Keeps the records' canonical texts in `data.texts`: they are costly to make, and the receiver needs them again. */
function isSignedBatch(from: From, key: BoxKey, inc: number, data: Data & { texts?: string[] }): boolean {
	const { stream, epoch, from: first, n, prevHash, records, leap, kid, sig } = data;
	if (kid === undefined || sig === undefined) return false;
	try {
		data.texts = records.map(canonicalText);
	} catch {
		return false;
	}
	const hash = data.texts.reduce(nextHash, leap?.hash ?? prevHash);
	const said: BatchBody = { inc, stream, epoch, from: first, upTo: first + n - 1, hash, ...defined({ leap }) };
	return isBatchOf(from, { ...said, kid, sig }, key.public);
}
