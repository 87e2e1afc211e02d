import type { StoreLedger } from "../../flows/flows.ts";

/** Raises an alarm for a ledger that was made from a damaged one, until a person has read it. */
export async function sayRebuilt(ledger: StoreLedger, log: { warn(facts: object, sentence: string): void }): Promise<void> {
	const rebuilt = ledger.read.meta.rebuilt();
	if (!rebuilt || ledger.read.alarms.get(`ledger-rebuilt:${rebuilt.file}`)) return;
	log.warn({ ...rebuilt }, "the ledger was damaged and was built anew");
	await ledger.do("raiseAlarm", {
		code: "ledger-rebuilt",
		subject: rebuilt.file,
		facts: { device: "ledger", file: rebuilt.file, lost: rebuilt.lost },
	});
}
