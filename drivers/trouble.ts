import { fiscalTroubles } from "./troubles/fiscal.ts";
import { labelTroubles } from "./troubles/label.ts";
import { labelPrinterTroubles } from "./troubles/label-printer.ts";
import { mqttTroubles } from "./troubles/mqtt.ts";
import { portTroubles } from "./troubles/port.ts";
import { printerTroubles } from "./troubles/printer.ts";
import { scaleTroubles } from "./troubles/scale.ts";
import { scannerTroubles } from "./troubles/scanner.ts";
import { shelfTroubles } from "./troubles/shelf.ts";
import type { TroubleLocale, TroubleWords } from "./troubles/words.ts";

export type { TroubleLocale, TroubleText, TroubleWords } from "./troubles/words.ts";

/**
 * Every trouble a person in the store may have to fix, in words that this person understands and can act on.
 *
 * Code throws a code and facts; only this table has sentences. The cockpit, `gondola doctor` and the printed list of
 * troubles are made from it, so a code never changes its meaning once a store has seen it.
 * RED: the shop floor is wrong or standing still. YELLOW: it will be soon. BLUE: good to know, nobody needs to run.
 */

export const deviceTroubles = {
	...portTroubles,
	...mqttTroubles,
	...scannerTroubles,
	...scaleTroubles,
	...shelfTroubles,
	...printerTroubles,
	...labelPrinterTroubles,
	...labelTroubles,
	...fiscalTroubles,
} as const;

export type DeviceTroubleCode = keyof typeof deviceTroubles;

export type TroubleFacts = Record<string, string | number>;

/** A trouble that a person in the store may have to fix. A bug is not one: it crashes the process, and the ledger stays intact. */
export class DeviceTrouble extends Error {
	override name = "DeviceTrouble";
	readonly code: DeviceTroubleCode;
	readonly facts: TroubleFacts;

	constructor(code: DeviceTroubleCode, facts: TroubleFacts = {}, options?: { cause?: unknown }) {
		super(`${code} ${JSON.stringify(facts)}`, options);
		this.code = code;
		this.facts = facts;
	}
}

/** The sentences for a person. A fact nobody gave leaves a dash, so that no {brace} ever reaches a screen. */
export function troubleText(code: DeviceTroubleCode, facts: TroubleFacts = {}, locale: TroubleLocale = "en"): TroubleWords {
	const words = deviceTroubles[code][locale];
	const fill = (sentence: string) => sentence.replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? "–"));
	return { what: fill(words.what), do: fill(words.do) };
}
