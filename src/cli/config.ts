import { writeFileSync } from "node:fs";
import { deviceTroubles } from "../../drivers/trouble.ts";
import { troublesText } from "../../drivers/troubles-text.ts";
import { accountsFile } from "../broker/access/accounts-file.ts";
import { ConfigWrong, checkConfig } from "../config/load.ts";
import { loadFaces } from "../faces/template.ts";
import { storeTroubles } from "../flows/store-troubles.ts";
import { installedConfig } from "./verb/box.ts";
import { fail, read, say, type Verb } from "./verb/verb.ts";

const usage = `gondola config check [FILE]     says what is wrong, in sentences with paths
gondola config reference        prints every setting
gondola config reference --write   writes config/REFERENCE.md, config/schema.json, drivers/TROUBLES.md
                                   and src/link/protocol/asyncapi.json (for developers)`;

export const config: Verb = {
	summary: "check a configuration; print the reference",
	usage,
	async run(args) {
		const given = read(args, usage, { write: { type: "boolean" }, json: { type: "boolean" } });
		if (typeof given === "number") return given;
		const [verb, file = installedConfig] = given.words;
		if (verb === "check") return check(file, given.values.json ?? false);
		if (verb !== "reference") return fail(2, usage);
		const { jsonSchema, referenceText } = await import("../config/reference.ts");
		if (!given.values.write) {
			say(given.values.json ? JSON.stringify(jsonSchema(), null, "\t") : referenceText());
			return 0;
		}
		writeFileSync("config/REFERENCE.md", referenceText());
		writeFileSync("config/schema.json", `${JSON.stringify(jsonSchema(), null, "\t")}\n`);
		writeFileSync(
			"drivers/TROUBLES.md",
			troublesText([
				{ title: "Devices", troubles: deviceTroubles },
				{ title: "The store", troubles: storeTroubles },
			]),
		);
		const { asyncapiText } = await import("../link/protocol/asyncapi.ts");
		writeFileSync("src/link/protocol/asyncapi.json", asyncapiText());
		return 0;
	},
};

function check(file: string, asJson: boolean): number {
	try {
		const { store, devices, shelves } = checkConfig(file, {
			accounts: (path) => accountsFile(path).load(),
			faces: (folder) => void loadFaces(folder),
		});
		say(
			asJson
				? JSON.stringify({ ok: true, store, devices: devices.length, shelves: shelves.length })
				: `${file} is right: store ${store}, ${devices.length} devices, ${shelves.length} shelves.`,
		);
		return 0;
	} catch (error) {
		if (!(error instanceof ConfigWrong)) throw error;
		if (asJson) say(JSON.stringify({ ok: false, wrong: error.sentences }));
		return fail(
			1,
			error.sentences.length === 1 ? error.sentences[0]! : `${error.sentences.length} things are wrong:\n  ${error.sentences.join("\n  ")}`,
		);
	}
}
