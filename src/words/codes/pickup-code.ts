/** The code that the customer or courier shows to get an order: `GO1.…`, signed by head office, checked by any store without its line. */
import type { KeyObject } from "node:crypto";
import type { Instant } from "../time.ts";
import { isSeconds, makeSignedCode, readSignedCode } from "./signed-code.ts";

export interface PickupPayload {
	order: string;
	/** The first 16 hex digits of the order's `codeHash`: a code never opens another order that was given the same id. */
	check: string;
	/** Seconds since 1970. */
	exp: number;
}

export const longestPickupCode = 700;
/** How long a code is valid where the order has no `collectBy`. */
const usualDays = 30;

export const checkOf = (codeHash: string): string => codeHash.slice(0, 16);

export function makePickupCode(
	{ order, codeHash, placedAt, collectBy }: { order: string; codeHash: string; placedAt: Instant; collectBy?: Instant | undefined },
	key: KeyObject,
): string {
	const until = collectBy === undefined ? Date.parse(placedAt) + usualDays * 86_400_000 : Date.parse(collectBy);
	const payload: PickupPayload = { order, check: checkOf(codeHash), exp: Math.ceil(until / 1_000) };
	return makeSignedCode("GO1", payload, key);
}

/** Undefined for a text of another form. Nothing in the answer may be trusted before its signature is checked. */
export function readPickupCode(text: string): { payload: PickupPayload; isSignedBy(key: KeyObject): boolean } | undefined {
	const read = readSignedCode("GO1", text.trim(), longestPickupCode);
	if (typeof read?.payload !== "object" || read.payload === null) return undefined;
	const { order, check, exp } = read.payload as Partial<Record<keyof PickupPayload, unknown>>;
	if (typeof order !== "string" || !/^[^\0-\x1f\x7f]{1,128}$/.test(order)) return undefined;
	if (typeof check !== "string" || !/^[0-9a-f]{16}$/.test(check) || !isSeconds(exp)) return undefined;
	return { payload: { order, check, exp }, isSignedBy: read.isSignedBy };
}
