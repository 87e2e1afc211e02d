import { defined } from "../words/defined.ts";
import type { HeldReason, RailCode } from "../words/prices/hold.ts";
import type { PriceKind } from "../words/prices/price.ts";
import type { Rails } from "../words/prices/rails.ts";

/** The rails of a new tenant (CONTRACT). */
export const usualRails: Omit<Rails, "currencies"> = {
	minAmountMinor: 1,
	maxRisePercent: 100,
	maxCutPercent: 70,
	clearance: { maxCutPercent: 90 },
};

const numbers = ["minAmountMinor", "maxAmountMinor", "maxRisePercent", "maxCutPercent", "maxSharePerHourPercent"] as const;
const wallClock = /^([01]\d|2[0-3]):[0-5]\d$/;

/** The rails in the text of a setting; undefined where it has none. Members that this build does not know are left out. */
export function readRails(text: unknown): Rails | undefined {
	const said = objectIn(text);
	const currencies = said?.["currencies"];
	if (!said || !Array.isArray(currencies) || !currencies.every((each) => typeof each === "string")) return undefined;
	const rails: Rails = { currencies: currencies as string[] };
	for (const name of numbers) {
		const value = said[name];
		if (value === undefined) continue;
		if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
		rails[name] = value;
	}
	const { clearance, quietHours } = said as { clearance?: Rails["clearance"]; quietHours?: Rails["quietHours"] };
	if (clearance !== undefined) {
		if (clearance === null || !["undefined", "number"].includes(typeof clearance.maxCutPercent)) return undefined;
		rails.clearance = { ...defined({ maxCutPercent: clearance.maxCutPercent }) };
	}
	if (quietHours !== undefined) {
		if (quietHours === null || !wallClock.test(String(quietHours.from)) || !wallClock.test(String(quietHours.to))) return undefined;
		rails.quietHours = { from: quietHours.from, to: quietHours.to };
	}
	return rails;
}

function objectIn(text: unknown): Record<string, unknown> | undefined {
	try {
		const value: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

export interface JudgedChange {
	kind: PriceKind;
	amountMinor: number;
	currency: string;
}

export interface Circumstances {
	/** Whether a push has given the article a name; without one the label would show its SKU as name. */
	named: boolean;
	/** The price of the same kind in force when the change begins, else the one that counts then. Left out: the article's first price. */
	before?: { amountMinor: number; currency: string };
	/** The percentage of the store's articles that changed in the last hour, this change included. */
	changedInHourPercent?: number;
	/** The store's wall clock when the change begins, "HH:MM". */
	wallClock?: string;
}

/** Every rail that the change exceeds; empty: the change may go on. Pure, so that head office and store judge alike. */
export function judge(rails: Rails, change: JudgedChange, circumstances: Circumstances): HeldReason[] {
	const held: HeldReason[] = [];
	const hold = (code: RailCode, reason: string): void => void held.push({ code, reason });
	if (rails.currencies.length > 0 && !rails.currencies.includes(change.currency))
		hold("currency", `The price is in ${change.currency}; prices here are in ${rails.currencies.join(", ")}.`);
	if (rails.minAmountMinor !== undefined && change.amountMinor < rails.minAmountMinor)
		hold("amount-low", `The price of ${change.amountMinor} minor units is below the floor of ${rails.minAmountMinor}.`);
	if (rails.maxAmountMinor !== undefined && change.amountMinor > rails.maxAmountMinor)
		hold("amount-high", `The price of ${change.amountMinor} minor units is above the ceiling of ${rails.maxAmountMinor}.`);
	if (!circumstances.named) hold("no-name", "Nobody has given the article a name.");
	const jump = circumstances.before && jumpOver(rails, change, circumstances.before);
	if (jump) held.push(jump);
	const share = circumstances.changedInHourPercent;
	if (rails.maxSharePerHourPercent !== undefined && share !== undefined && share > rails.maxSharePerHourPercent)
		hold("share", `${oneDecimal(share)} % of the articles would change within one hour; ${rails.maxSharePerHourPercent} % may.`);
	const { quietHours } = rails;
	if (quietHours && circumstances.wallClock !== undefined && isWithin(circumstances.wallClock, quietHours))
		hold(
			"quiet-hours",
			`The price would change at ${circumstances.wallClock}; nothing changes from ${quietHours.from} to ${quietHours.to}.`,
		);
	return held;
}

/** The change in percent of the price before; undefined where the two cannot be compared: another currency, or no price before. */
export function percentChange(before: { amountMinor: number; currency: string }, after: JudgedChange): number | undefined {
	if (before.currency !== after.currency || before.amountMinor === 0) return undefined;
	return ((after.amountMinor - before.amountMinor) * 100) / before.amountMinor;
}

function jumpOver(rails: Rails, change: JudgedChange, before: { amountMinor: number; currency: string }): HeldReason | undefined {
	// Computed with integers, so that exactly 100 % is never above 100 %.
	if (before.currency !== change.currency) return undefined;
	const difference = (change.amountMinor - before.amountMinor) * 100;
	const text = `${before.amountMinor} to ${change.amountMinor} minor units`;
	const rise = rails.maxRisePercent;
	if (rise !== undefined && difference > rise * before.amountMinor)
		return { code: "rise", reason: `The price rises from ${text}: more than ${rise} %.` };
	const cut = (change.kind === "clearance" ? rails.clearance?.maxCutPercent : undefined) ?? rails.maxCutPercent;
	if (cut !== undefined && -difference > cut * before.amountMinor)
		return { code: "cut", reason: `The price falls from ${text}: more than ${cut} %.` };
	return undefined;
}

/** From the first minute on, up to and without the last. */
function isWithin(wallClock: string, { from, to }: { from: string; to: string }): boolean {
	return from <= to ? from <= wallClock && wallClock < to : from <= wallClock || wallClock < to;
}

const oneDecimal = (value: number): string => String(Math.round(value * 10) / 10);
