/**
 * The code that makes the first user of a gateway or of head office. It is printed on the console and in the journal: whoever can
 * read these may sign in, and nobody else on the network.
 *
 *     open ──30 minutes──▶ closed
 *      │ ├──five wrong──▶ closed     until the next start
 *      └──the right one──▶ used
 */
import { codeAsTyped, newCode, sameSecret } from "./secrets.ts";

export type ClaimState = "open" | "closed" | "used";

const openMs = 30 * 60_000;
const wrongMost = 5;

export interface Claim {
	/** The code as it is printed. */
	code: string;
	state(): ClaimState;
	/** Checks a typed code, and counts a wrong one. "right" does not use the code up: call `use` when the first user was made. */
	check(typed: string): "right" | "wrong" | "closed";
	use(): void;
}

export function openClaim(now: () => number = Date.now): Claim {
	const code = newCode();
	const until = now() + openMs;
	let wrong = 0;
	let used = false;
	const state = (): ClaimState => (used ? "used" : wrong >= wrongMost || now() >= until ? "closed" : "open");
	return {
		code,
		state,
		check(typed) {
			if (state() !== "open") return "closed";
			if (sameSecret(codeAsTyped(typed), codeAsTyped(code))) return "right";
			wrong += 1;
			return "wrong";
		},
		use() {
			used = true;
		},
	};
}

const lookEveryMs = 1_000;

/**
 * Closes the claim as soon as there is a first user, also one made by a command on this machine, and logs that once. Returns a
 * function that stops watching; watching ends by itself with the claim.
 */
export function closeWhenClaimed(claim: Claim, isClaimed: () => Promise<boolean>, say: (sentence: string) => void): () => void {
	let isSaid = false;
	const look = async (): Promise<void> => {
		if (!(await isClaimed()) || isSaid) return;
		isSaid = true;
		claim.use();
		say("the claim code is closed: the first person was made.");
	};
	const timer = setInterval(() => {
		// A directory that cannot be read is looked at again; the claim itself asks it as well.
		look().catch(() => {});
		if (claim.state() !== "open") clearInterval(timer);
	}, lookEveryMs);
	timer.unref();
	return () => clearInterval(timer);
}
