import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { ledgerPlace, placeOptions, placeUsage } from "./ledger-place.ts";

const usage = `gondola backup FILE: one consistent copy of the ledger, while the gateway runs

${placeUsage}
  --json         the answer as JSON`;

export const backup: Verb = {
	summary: "a copy of the ledger, while the gateway runs",
	usage,
	async run(args) {
		const given = read(args, usage, { ...placeOptions, json: { type: "boolean" } });
		if (typeof given === "number") return given;
		const [file] = given.words;
		if (file === undefined) return fail(2, `name the file to write.\n${usage}`);
		const directory = await ledgerPlace(given.values);
		if (directory === undefined) return fail(2, `which ledger? There is no configuration here.\n${usage}`);
		const { backupLedger } = await import("../../ledger/file/backup.ts");
		try {
			const { bytes, events } = backupLedger(directory, file);
			if (given.values.json) return json({ file, bytes, events });
			say(`${file}: ${events} events, ${Math.ceil(bytes / 1_000)} kB. Copy it off this box; gondola restore brings it back.`);
			return 0;
		} catch (error) {
			return fail(1, (error as Error).message);
		}
	},
};
