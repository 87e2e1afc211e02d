/** Signing in by name and password. Attempts are throttled; an unknown name takes as long as a wrong password; one check runs at a time. */

import type { Directory, SessionView } from "./directory.ts";
import { hashPassword, isPassword, longestPassword, peopleCost } from "./passwords.ts";
import { AccessRefusal } from "./refusal.ts";
import { newSecret } from "./secrets.ts";
import { createThrottle } from "./throttle.ts";

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
const waitingMost = 16;

export function openSignIn({ directory, alarm, now = Date.now }: SignInOptions): SignIn {
	const throttle = createThrottle(now);
	let turn: Promise<unknown> = Promise.resolve();
	let waiting = 0;
	let decoy: Promise<string> | undefined;
	const check = async (name: string, password: string): Promise<boolean> => {
		// A name that does not exist takes as long as a wrong password.
		decoy ??= hashPassword(newSecret("gs_"), peopleCost);
		const hash = await directory.hashOf(name);
		return (await isPassword(password, hash ?? (await decoy))) && hash !== undefined;
	};
	return {
		async signIn(name, password, address) {
			const wait = throttle.waitMs(name, address);
			if (wait > 0) {
				if (throttle.tooEarly(name, address)) alarm(name, address);
				throw throttled(wait);
			}
			if (password.length > longestPassword * 2) throw new AccessRefusal("sign-in-wrong");
			if (waiting >= waitingMost) throw throttled(2_000);
			waiting += 1;
			const checked = turn.then(() => {
				// Other attempts of the same pair may have failed while this one waited.
				const still = throttle.waitMs(name, address);
				if (still > 0) throw throttled(still);
				return check(name, password);
			});
			turn = checked.catch(() => {});
			const right = await checked.finally(() => {
				waiting -= 1;
			});
			if (!right) {
				if (throttle.failed(name, address)) alarm(name, address);
				throw new AccessRefusal("sign-in-wrong");
			}
			throttle.succeeded(name, address);
			return directory.startSession(name, address);
		},
	};
}

function throttled(waitMs: number): AccessRefusal {
	const seconds = Math.ceil(waitMs / 1_000);
	return new AccessRefusal("sign-in-throttled", `Too many wrong passwords; try again in ${seconds} s.`, seconds);
}
