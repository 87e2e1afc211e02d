/**
 * Slows down whoever guesses passwords. Failures count for the pair of name and address, so that a stranger elsewhere never locks a person
 * out, and for the address over all names, so that one address cannot try every name. A name or an address with ten failures in a quarter
 * of an hour is an alarm, once each quarter.
 */
import { isIPv6 } from "node:net";

const freeFailures = 3;
/** Over all names, from one address: a store's computers may stand behind one. */
const freeFailuresOfAddress = 20;
const longestWaitMs = 60_000;
const windowMs = 15 * 60_000;
const alarmAt = 10;
const kept = 5_000;

interface Failures {
	count: number;
	last: number;
	since: number;
	alarmed: boolean;
}

export interface Throttle {
	/** Milliseconds until the next try of this pair is looked at; 0: now. */
	waitMs(name: string, address: string): number;
	/** Notes a failure. True when somebody should be alarmed. */
	failed(name: string, address: string): boolean;
	succeeded(name: string, address: string): void;
}

export function createThrottle(now: () => number = Date.now): Throttle {
	const pairs = new Map<string, Failures>();
	const addresses = new Map<string, Failures>();
	const names = new Map<string, Failures>();
	const find = (map: Map<string, Failures>, key: string): Failures | undefined => {
		const found = map.get(key);
		if (found && now() - found.last > windowMs) map.delete(key);
		else return found;
		return undefined;
	};
	const count = (map: Map<string, Failures>, key: string): Failures => {
		const found = find(map, key) ?? { count: 0, last: now(), since: now(), alarmed: false };
		found.count += 1;
		found.last = now();
		// Re-inserted, so that the one evicted is the one that failed longest ago.
		map.delete(key);
		if (map.size >= kept) map.delete(map.keys().next().value!);
		map.set(key, found);
		return found;
	};
	const rest = (failures: Failures | undefined, free: number): number => {
		if (!failures || failures.count < free) return 0;
		const wait = Math.min(longestWaitMs, 1_000 * 2 ** Math.min(20, failures.count - free));
		return Math.max(0, failures.last + wait - now());
	};
	const pairOf = (name: string, address: string): string => `${name.slice(0, 200)}\n${networkOf(address)}`;
	return {
		waitMs: (name, address) =>
			Math.max(rest(find(pairs, pairOf(name, address)), freeFailures), rest(find(addresses, networkOf(address)), freeFailuresOfAddress)),
		failed(name, address) {
			count(pairs, pairOf(name, address));
			let alarm = false;
			for (const failures of [count(addresses, networkOf(address)), count(names, name.slice(0, 200))]) {
				if (failures.count < alarmAt || failures.alarmed) continue;
				failures.alarmed = true;
				alarm = true;
			}
			return alarm;
		},
		succeeded(name, address) {
			pairs.delete(pairOf(name, address));
		},
	};
}

/** One home has 2^64 IPv6 addresses: they count as one. */
function networkOf(address: string): string {
	const bare = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
	if (!isIPv6(bare)) return bare;
	const [head = "", tail] = bare.split("::");
	const groups = head.split(":").filter((group) => group !== "");
	const after = (tail ?? "").split(":").filter((group) => group !== "");
	const full =
		tail === undefined ? groups : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - after.length)).fill("0"), ...after];
	return `${full
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(":")}::/64`;
}
