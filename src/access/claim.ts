/**
 * The code that makes the first person of a gateway or of head office. It is said on the console and in the journal, so that whoever can
 * read these may come in, and nobody on the network.
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
	/** Checks a code that was typed, and counts a wrong one. "right" does not use the code up: call `use` when the first user was made. */
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
 * Closes the claim as soon as there is a first user, also one whom a command on this machine made, and says so once. Answers with how to
 * stop looking; it stops by itself when the claim is over.
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
