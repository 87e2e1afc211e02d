import { writeFileSync } from "node:fs";
import { deviceTroubles } from "../../drivers/trouble.ts";
import { troublesText } from "../../drivers/troubles-text.ts";
import { accountsFile } from "../broker/access/accounts-file.ts";
import { ConfigWrong, checkConfig } from "../config/load.ts";
import { loadFaces } from "../faces/template.ts";
import { storeTroubles } from "../flows/store-troubles.ts";
import { configFile } from "./verb/box.ts";
import { fail, read, say, type Verb } from "./verb/verb.ts";

const usage = `gondola config check [FILE]     says what is wrong, in sentences with paths
gondola config get [SETTING]    what counts: from the file, or the default
gondola config set SETTING VALUE     such as: config set desk.port 8081, config set devices.scale-1.port /dev/ttyUSB0
gondola config unset SETTING    takes it out of the file; the default counts again
gondola config history          the last 20 versions, the newest on top
gondola config undo [VERSION]   back to the version before, or to that one
gondola config reference        prints every setting
gondola config reference --write   writes config/REFERENCE.md, config/schema.json, drivers/TROUBLES.md
                                   and src/link/protocol/asyncapi.json (for developers)

  --config FILE  the configuration to change (default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml); comments stay.
                 What is wrong is refused, and nothing is written.
  --json         the answer as JSON`;

export const config: Verb = {
	summary: "check, read and change the configuration",
	usage,
	async run(args) {
		const given = read(args, usage, { write: { type: "boolean" }, json: { type: "boolean" }, config: { type: "string" } });
		if (typeof given === "number") return given;
		const [verb, file = configFile(given.values.config)] = given.words;
		const isTwice = given.words[1] !== undefined && given.values.config !== undefined;
		if ((verb === "check" && (isTwice || given.words.length > 2)) || (verb === "reference" && given.words.length > 1))
			return fail(2, usage);
		if (verb === "check") return check(file, given.values.json ?? false);
		if (verb !== undefined && verb in changes)
			return changeConfig(verb, given.words.slice(1), configFile(given.values.config), given.values.json ?? false);
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

/** How many words each verb takes after its name. */
const changes: Readonly<Record<string, readonly [least: number, most: number]>> = {
	get: [0, 1],
	set: [2, 2],
	unset: [1, 1],
	history: [0, 0],
	undo: [0, 1],
};

async function changeConfig(verb: string, words: string[], file: string, asJson: boolean): Promise<number> {
	const [least, most] = changes[verb]!;
	if (words.length < least || words.length > most) return fail(2, usage);
	const [setting, value] = words;
	const { get, set, unset, history, undo } = await import("./settings.ts");
	if (verb === "get") return get(file, setting, asJson);
	if (verb === "set") return set(file, setting!, value!, asJson);
	if (verb === "unset") return unset(file, setting!, asJson);
	return verb === "history" ? history(file, asJson) : undo(file, setting, asJson);
}

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
