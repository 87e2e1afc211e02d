/**
 * Signing in by name and password. Attempts are throttled; an unknown name takes as long as a wrong password; one check runs at a time, and
 * addresses take turns, so that a flood of wrong passwords does not keep out whoever stands elsewhere.
 */
import { randomBytes } from "node:crypto";
import { fairTurns } from "./connections/fair-turns.ts";
import type { Directory, SessionView } from "./directory.ts";
import { isPassword, longestPassword, peopleCost } from "./passwords.ts";
import { AccessRefusal } from "./refusal.ts";
import { createThrottle, networkOf } from "./throttle.ts";

export interface SignInOptions {
	directory: Directory;
	/** Called after ten refusals for one name or from one address. */
	alarm(name: string, address: string): void;
	now?: () => number;
}

export interface SignIn {
	/** Rejects with "sign-in-wrong" or "sign-in-throttled"; neither shows whether the name exists. */
	signIn(name: string, password: string, address: string): Promise<{ secret: string; session: SessionView }>;
}

/** How many checks may wait. Each takes 0.2 s of a core; further attempts are refused, so that waiting costs no memory. */
const waitingMost = { ofOne: 4, all: 32 };
/** Pairs of name and address that are remembered as signed in before. */
const knownMost = 1_000;

/** A hash that no password has; checking against it takes as long as against a person's. */
const decoyHash = (): string => {
	const { N, r, p } = peopleCost;
	return `scrypt$${N}$${r}$${p}$${randomBytes(16).toString("base64url")}$${randomBytes(32).toString("base64url")}`;
};

export function openSignIn({ directory, alarm, now = Date.now }: SignInOptions): SignIn {
	const throttle = createThrottle(now);
	const turns = fairTurns({ ...waitingMost, overtaken: () => throttled(2_000) });
	const known = new Set<string>();
	const decoy = decoyHash();
	const check = async (name: string, password: string): Promise<boolean> => {
		// A name that does not exist takes as long as a wrong password.
		const hash = await directory.hashOf(name);
		return (await isPassword(password, hash ?? decoy)) && hash !== undefined;
	};
	return {
		async signIn(name, password, address) {
			const wait = throttle.waitMs(name, address);
			if (wait > 0) {
				if (throttle.tooEarly(name, address)) alarm(name, address);
				throw throttled(wait);
			}
			if (password.length > longestPassword * 2) throw new AccessRefusal("sign-in-wrong");
			const network = networkOf(address);
			const pair = `${name}\n${network}`;
			const checked = turns.take(network, known.has(pair), async () => {
				// Other attempts of the same pair may have failed while this one waited.
				const still = throttle.waitMs(name, address);
				if (still > 0) throw throttled(still);
				return check(name, password);
			});
			if (!checked) throw throttled(2_000);
			const right = await checked;
			if (!right) {
				if (throttle.failed(name, address)) alarm(name, address);
				throw new AccessRefusal("sign-in-wrong");
			}
			throttle.succeeded(name, address);
			known.delete(pair);
			if (known.size >= knownMost) known.delete(known.values().next().value!);
			known.add(pair);
			return directory.startSession(name, address);
		},
	};
}

function throttled(waitMs: number): AccessRefusal {
	const seconds = Math.ceil(waitMs / 1_000);
	return new AccessRefusal("sign-in-throttled", `Too many wrong passwords; try again in ${seconds} s.`, seconds);
}
