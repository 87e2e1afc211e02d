import { isSignedBy } from "../../trust/signing.ts";
import { type BatchBody, isBatchOf } from "../../trust/statements.ts";
import { canonicalText, nextHash } from "../protocol/chain.ts";
import type { Raw, UpMessage } from "../protocol/envelope.ts";
import type { Data, HelloUp } from "../protocol/messages.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import type { BoxKey, HqRepository } from "./repository.ts";

/**
 * Whose word it is that arrives under a store's name (LINK rule 18). Where a key of the store is on record, a hello counts that one of its
 * keys signed; what follows in its session must be signed by the same. Another's word changes nothing.
 *
 *   hello, ack, res   signed as a whole          data   over its numbers and the chain after its last record
 *   nak, req          ask for something, and change nothing at HQ: unsigned
 */
export interface Identity {
	/** anybody: the store has no key on record. */
	ofHello(hello: HelloUp & Raw): Promise<BoxKey | "anybody" | "stranger">;
	/** Whether this may be looked at. What cannot be told yet is not, and comes again. */
	isItsWord(message: Exclude<UpMessage, { ch: "hello" }> & Raw): boolean;
	/** Messages of this store's name that were not its own. */
	strangers(): number;
}

/** Without keys at HQ everybody is who he says. */
export const everybodysWord: Identity = { ofHello: async () => "anybody", isItsWord: () => true, strangers: () => 0 };

/** Keys change at an enrolment; a hello under another key asks again at once. */
const keysForMs = 2_000;
/** Sessions of fenced boxes included. */
const sessionsMost = 8;

export function openIdentity(deps: {
	tenant: string;
	store: string;
	repository: Required<Pick<HqRepository, "keysOf">>;
	clock: Clock;
	log: LinkLog;
}): Identity {
	const { tenant, store, repository, clock, log } = deps;
	const from = { tenant, store };
	const keyOfSession = new Map<string, { key: BoxKey; inc: number }>();
	let keys: readonly BoxKey[] | undefined;
	let readAtMs = -Infinity;
	let strangers = 0;

	async function keysNow(kid: string | undefined): Promise<readonly BoxKey[]> {
		const isFresh = clock.nowMs() - readAtMs < keysForMs && (kid === undefined || keys?.some((key) => key.kid === kid));
		if (keys && isFresh) return keys;
		keys = await repository.keysOf(store);
		readAtMs = clock.nowMs();
		return keys;
	}

	function noteStranger(channel: string, kid: string | undefined): void {
		strangers += 1;
		log.warn({ store, channel, kid: kid ?? "none", code: "not-yours" }, "what came in a store's name is not the store's; it was ignored");
	}

	function isOf(key: BoxKey, inc: number, message: Exclude<UpMessage, { ch: "hello" }> & Raw): boolean {
		const raw = message.raw ?? message.body;
		if (message.ch === "ack") return isSignedBy("gondola/ack/1", from, raw, key.public);
		if (message.ch === "res") return isSignedBy("gondola/answer/1", from, raw, key.public);
		return message.ch !== "data" || isItsBatch(key, inc, message.body);
	}

	function isItsBatch(key: BoxKey, inc: number, data: Data & { texts?: string[] }): boolean {
		const { stream, epoch, from: first, n, prevHash, records, leap, kid, sig } = data;
		if (kid === undefined || sig === undefined) return false;
		try {
			data.texts = records.map(canonicalText);
		} catch {
			return false;
		}
		const hash = data.texts.reduce(nextHash, leap?.hash ?? prevHash);
		const said: BatchBody = { inc, stream, epoch, from: first, upTo: first + n - 1, hash, ...(leap && { leap }) };
		return isBatchOf(from, { ...said, kid, sig }, key.public);
	}

	return {
		async ofHello(hello) {
			const known = await keysNow(hello.kid);
			if (known.length === 0) return "anybody";
			const key = known.find(({ kid }) => kid === hello.kid);
			if (!key || !isSignedBy("gondola/hello/1", from, hello.raw ?? hello, key.public)) {
				noteStranger("hello", hello.kid);
				return "stranger";
			}
			keyOfSession.delete(hello.session);
			keyOfSession.set(hello.session, { key, inc: hello.inc });
			const [oldest] = keyOfSession.keys();
			if (keyOfSession.size > sessionsMost) keyOfSession.delete(oldest!);
			return key;
		},
		isItsWord(message) {
			if (message.ch === "nak" || message.ch === "req" || message.ch === "cmd") return true;
			if (!keys) {
				// Nobody has greeted since this start; whoever speaks is asked to, and says it again.
				void keysNow(undefined).catch(() => {});
				return false;
			}
			if (keys.length === 0) return true;
			const known =
				message.ch === "res"
					? keys.filter(({ ended }) => !ended).map((key) => ({ key, inc: 0 }))
					: [keyOfSession.get(message.body.session)].filter((each) => each !== undefined);
			if (known.some(({ key, inc }) => isOf(key, inc, message))) return true;
			noteStranger(message.ch, (message.body as { kid?: string }).kid);
			return false;
		},
		strangers: () => strangers,
	};
}
