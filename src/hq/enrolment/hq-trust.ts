/** Head office's signing key and key list as they are at the moment: a rotation by command takes effect without a restart. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { HqTrust } from "../../link/hq/trust-port.ts";
import { beginsLater } from "../../trust/key-list.ts";
import { signStatement } from "../../trust/signing.ts";
import type { BatchBody } from "../../trust/statements.ts";
import { type HqKeys, readKeysAgain } from "./key-folder.ts";

/** How long a store goes on without a welcome before it raises an alarm. Its prices never expire. */
const trustForMs = 8 * 86_400_000;
const lookEveryMs = 500;

export interface FollowedKeys {
	/** The current keys: reads the folder again when it has changed, and keeps the keys that it has while the folder cannot be read. */
	now(): HqKeys;
	/** Reads the folder at the next question: this process changed it. */
	lookAgain(): void;
}

export function followKeys(keys: HqKeys, report: (error: Error) => void, nowMs: () => number = () => performance.now()): FollowedKeys {
	const stamp = (): string =>
		["key-list.json", "roots.json", "approvers.json", "member.key"]
			.map((name) => statSync(join(keys.folder, name), { throwIfNoEntry: false }))
			.map((file) => (file ? `${file.mtimeMs} ${file.ino}` : "away"))
			.join();
	let current = keys;
	let known = stamp();
	let lookedAtMs = nowMs();
	return {
		lookAgain() {
			lookedAtMs = Number.NEGATIVE_INFINITY;
		},
		now() {
			if (nowMs() - lookedAtMs < lookEveryMs) return current;
			lookedAtMs = nowMs();
			const fresh = stamp();
			// The clock was ahead when the keys were made and has been set right: the list is signed again.
			if (fresh === known && !beginsLater(current.list, Date.now())) return current;
			try {
				current = readKeysAgain(keys.folder, keys.tenant);
				known = fresh;
			} catch (error) {
				report(error as Error);
			}
			return current;
		},
	};
}

export function hqTrust(keys: FollowedKeys): HqTrust {
	const { tenant } = keys.now();
	return {
		tenant,
		trustForMs,
		sign: (domain, store, statement) => signStatement(domain, { tenant, store }, statement, keys.now().line),
		signLeap(store, batch) {
			const { kid, sig } = signStatement("gondola/leap/1", { tenant, store }, leapOf(batch), keys.now().line);
			return { kid, sig };
		},
		list: () => keys.now().list,
		successors: () => keys.now().successors,
		approvers: () => keys.now().approvers,
	};
}

/** The statement about a leap. It has no hash of its own, because the hash after the leap is in the leap. */
function leapOf({ stream, epoch, from, upTo, leap }: BatchBody): object {
	return { stream, epoch, from, upTo, leap };
}
