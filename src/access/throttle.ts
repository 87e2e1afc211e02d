/**
 * Slows down the guessing of passwords. Failures count for the pair of name and address, so that a stranger cannot lock a person out from
 * elsewhere, and for the address over all names, so that one address cannot try every name. Ten refusals of a name or an address, wrong or
 * too early, without a quarter of an hour in between, raise an alarm; further ones after ten more, at most once a minute.
 */
import { isIPv6 } from "node:net";

const freeFailures = 3;
/** Failures from one address, over all names, that cause no wait: the computers of a store may share one address. */
const freeFailuresOfAddress = 20;
const longestWaitMs = 60_000;
const windowMs = 15 * 60_000;
const alarmEvery = 10;
const alarmEveryMs = 60_000;
const kept = 5_000;

interface Failures {
	/** Wrong attempts, which decide the wait. */
	count: number;
	last: number;
	/** Attempts that were wrong or too early, since the last alarm. */
	refused: number;
	alarmedAt: number;
}

export interface Throttle {
	/** Milliseconds until the next attempt of this pair is checked; 0: at once. */
	waitMs(name: string, address: string): number;
	/** Counts a wrong attempt. True when an alarm is due. */
	failed(name: string, address: string): boolean;
	/** Counts an attempt that came too early and was not checked. True when an alarm is due. */
	tooEarly(name: string, address: string): boolean;
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
	const note = (map: Map<string, Failures>, key: string, isFailure: boolean): Failures => {
		const found = find(map, key) ?? { count: 0, last: now(), refused: 0, alarmedAt: Number.NEGATIVE_INFINITY };
		found.refused += 1;
		if (isFailure) {
			found.count += 1;
			found.last = now();
		}
		// Inserted again, so that the entry whose last failure is the oldest is evicted.
		map.delete(key);
		if (map.size >= kept) map.delete(map.keys().next().value!);
		map.set(key, found);
		return found;
	};
	/** One alarm for an attempt, whether its name or its address was refused too often. */
	const isAlarm = (name: string, address: string, isFailure: boolean): boolean => {
		const noted = [note(addresses, networkOf(address), isFailure), note(names, name.slice(0, 200), isFailure)];
		if (!noted.some(({ refused, alarmedAt }) => refused >= alarmEvery && now() - alarmedAt >= alarmEveryMs)) return false;
		for (const each of noted) Object.assign(each, { refused: 0, alarmedAt: now() });
		return true;
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
			note(pairs, pairOf(name, address), true);
			return isAlarm(name, address, true);
		},
		tooEarly: (name, address) => isAlarm(name, address, false),
		succeeded(name, address) {
			pairs.delete(pairOf(name, address));
		},
	};
}

/** A household has 2^64 IPv6 addresses: they count as one address. */
export function networkOf(address: string): string {
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
