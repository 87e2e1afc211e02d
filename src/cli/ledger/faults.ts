import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { ledgerPlace, placeOptions, placeUsage } from "./ledger-place.ts";

const usage = `gondola faults: looks for damage in a ledger, changes nothing\n\n${placeUsage}\n  --json         the answer as JSON`;

export const faults: Verb = {
	summary: "look for damage in a ledger",
	usage,
	async run(args) {
		const given = read(args, usage, { ...placeOptions, json: { type: "boolean" } }, 0);
		if (typeof given === "number") return given;
		const directory = await ledgerPlace(given.values);
		if (directory === undefined) return fail(2, `which ledger? There is no configuration here.\n${usage}`);
		const { scanIntegrity } = await import("../../ledger/file/integrity-scan.ts");
		try {
			const verdict = scanIntegrity(directory);
			if (given.values.json) json({ directory, ...verdict });
			else if (verdict.kind === "damaged")
				say(`damaged: ${verdict.why}. The gateway sets it aside at its next start and takes over what it can.`);
			else
				say(verdict.kind === "unborn" ? `there is no ledger in ${directory} yet.` : "whole: pages, log, chain of facts and stock agree.");
			return verdict.kind === "damaged" ? 1 : 0;
		} catch (error) {
			return fail(1, (error as Error).message);
		}
	},
};
