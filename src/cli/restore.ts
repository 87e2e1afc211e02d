import { ledgerPlace, placeOptions, placeUsage } from "./ledger-place.ts";
import { fail, json, read, say, type Verb } from "./verb.ts";

const usage = `gondola restore FILE: puts a backup in the ledger's place; the gateway must be stopped\n\n${placeUsage}\n  --json         the answer as JSON`;

export const restore: Verb = {
	summary: "put a backup in the ledger's place",
	usage,
	async run(args) {
		const given = read(args, usage, { ...placeOptions, json: { type: "boolean" } });
		if (typeof given === "number") return given;
		const [file] = given.words;
		if (file === undefined) return fail(2, `name the backup.\n${usage}`);
		const directory = await ledgerPlace(given.values);
		if (directory === undefined) return fail(2, `which ledger? There is no configuration here.\n${usage}`);
		const { restoreLedger } = await import("../ledger/file/integrity-check.ts");
		try {
			const { setAside, lost } = restoreLedger(directory, file);
			if (given.values.json) return json({ file, setAside, lost });
			say(
				`${directory} holds the backup now, as a new branch of the store's history.${setAside === null ? "" : ` What was there is kept as ${setAside}.`}`,
			);
			if (lost !== "nothing") say(`Not taken over: ${lost}.`);
			say("What happened after the backup is not here: head office has most of it; count the shelves that sold since.");
			return 0;
		} catch (error) {
			return fail(1, (error as Error).message);
		}
	},
};
