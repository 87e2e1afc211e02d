/** Removes everything of a store from a box: for a box that is sold, sent back or given to another store. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseDocument } from "yaml";
import { replaceConfig } from "../../config/editing/config-file.ts";
import { ConfigWrong, parseConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { lockDirectory } from "../../daemon/start/lock.ts";
import { configFile } from "../verb/box.ts";
import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola reset [--config FILE] [--yes] [--lose-facts]
  wipes this box: ledger, people, tokens, keys, and the line to head office

  The gateway must be stopped. Asks for the store's name before it does anything.
  --yes          does not ask
  --lose-facts   also when head office has not heard everything yet; it is lost then
  --config FILE  default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml
  --json         the answer as JSON`;

export const reset: Verb = {
	summary: "wipe this box before it leaves the store",
	usage,
	async run(args) {
		const given = read(args, usage, {
			config: { type: "string" },
			yes: { type: "boolean" },
			"lose-facts": { type: "boolean" },
			json: { type: "boolean" },
		});
		if (typeof given === "number") return given;
		const { values, words } = given;
		if (words.length > 0) return fail(2, usage);
		const file = configFile(values.config);
		if (!existsSync(file)) return fail(1, `${file} does not exist; name the box's configuration with --config.`);
		const config = configIn(file);
		if (config instanceof ConfigWrong) return fail(1, `${config.sentences[0]} Nothing was changed.`);
		const { store, data } = config;
		if (!values.yes && !(await confirmed(store))) return fail(1, "nothing was changed.");
		const unlock = existsSync(data) ? await lockDirectory(data, 0) : () => {};
		try {
			const facts = await factsWaiting(data);
			if (facts !== 0 && !values["lose-facts"])
				return fail(
					1,
					facts === undefined
						? "the ledger cannot be read, so nobody knows what head office has not heard yet. Add --lose-facts to wipe it all the same."
						: `facts that have not reached head office yet: ${facts}. Start the gateway with its line, ` +
								"wait until `gondola status` says 0 waiting, " +
								"or add --lose-facts. Nothing was changed.",
				);
			const { wiped, left } = wipe(config, file);
			if (values.json) return json({ store, wiped, left, headOffice: `gondola hq unenroll ${store}` });
			say(`This box is nobody's now: ${wiped.length} files and folders are gone, and so is its line to head office.`);
			if (left.length > 0) say(`Still there, because they are not Gondola's alone: ${left.join(", ")}`);
			say(
				`At head office, say so too:  gondola hq unenroll ${store}      (or, for the box that follows: gondola hq enroll ${store} --again)`,
			);
			say("Deleting does not scrub a flash disk: erase the partition as well before the box goes to strangers.");
			return 0;
		} finally {
			unlock();
		}
	},
};

function configIn(file: string): Config | ConfigWrong {
	try {
		return parseConfig(readFileSync(file, "utf8"), file);
	} catch (error) {
		if (error instanceof ConfigWrong) return error;
		throw error;
	}
}

/** Asks for the store's name to be typed, so that a command in the wrong window is noticed. */
async function confirmed(store: string): Promise<boolean> {
	if (!process.stdin.isTTY) {
		process.stderr.write("gondola: nobody can be asked here; add --yes if this box is to be wiped.\n");
		return false;
	}
	const asking = createInterface({ input: process.stdin, output: process.stderr });
	const typed = await asking.question(`Everything that this box knows of store ${store} will be gone. Type ${store} to go on: `);
	asking.close();
	return typed.trim() === store;
}

/** How many facts HQ does not have yet; undefined where the ledger cannot be read. */
async function factsWaiting(data: string): Promise<number | undefined> {
	const { ledgerFile, openForReading } = await import("../../ledger/file/open.ts");
	if (!existsSync(ledgerFile(data))) return 0;
	const { readBook } = await import("../../ledger/book.ts");
	try {
		const db = openForReading(data);
		try {
			return readBook(db).link.waiting().facts;
		} finally {
			db.close();
		}
	} catch {
		return undefined;
	}
}

const isWithin = (folder: string, path: string): boolean => `${resolve(path)}${sep}`.startsWith(`${resolve(folder)}${sep}`);

/**
 * Removes the content of the data directory. Files that the configuration names outside of it are removed only where they lie beside the
 * configuration itself; the others are listed in `left`.
 */
function wipe({ data, hq, desk, broker }: Config, file: string): { wiped: string[]; left: string[] } {
	const named = [
		hq?.passwordFile,
		hq?.keyFile,
		hq?.certFile,
		hq?.caFile,
		desk.tokenFile,
		desk.tls?.keyFile,
		broker.accountsFile,
		broker.tls?.keyFile,
	];
	const home = resolve(dirname(file));
	const outside = named.filter((path): path is string => path !== undefined && existsSync(path) && !isWithin(data, path));
	const ours = outside.filter((path) => dirname(resolve(path)) === home);
	const inside = existsSync(data)
		? readdirSync(data)
				.filter((name) => name !== "running.pid")
				.map((name) => join(data, name))
		: [];
	const document = parseDocument(readFileSync(file, "utf8"));
	document.delete("hq");
	// The account on the line is removed first: a box that loses its power in the middle must not connect to head office as that store.
	replaceConfig(file, data, document.toString({ lineWidth: 0 }));
	for (const path of [...inside, ...ours]) rmSync(path, { recursive: true, force: true });
	return { wiped: [...inside, ...ours], left: outside.filter((path) => !ours.includes(path)) };
}
