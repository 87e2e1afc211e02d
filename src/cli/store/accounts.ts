/** Broker accounts of a gateway, edited in their file. A running gateway applies them at once. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { noteAct } from "../../access/box/act-notes.ts";
import { AccountRefusal, openAccounts } from "../../broker/access/accounts.ts";
import { type AccountKind, accountKinds, accountsFileName } from "../../broker/access/accounts-file.ts";
import { defined } from "../../words/defined.ts";
import { placeOptions, placeUsage } from "../ledger/ledger-place.ts";
import { configFile } from "../verb/box.ts";
import { json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola accounts add NAME --kind KIND   prints the password, this once
gondola accounts list
gondola accounts passwd NAME           another password; its connections are cut
gondola accounts revoke NAME           its connections are cut, what waits for it is gone

  --kind KIND         ${accountKinds.join(", ")}
  --publish FILTERS   of a service: topic filters it may send to, with commas between
  --subscribe FILTERS of a service: topic filters it may hear
  --weighed milligrams  of a till of the old form: an integer quantity of a weighed article is milligrams
${placeUsage}
  --json              the answer as JSON`;

const options = {
	...placeOptions,
	json: { type: "boolean" },
	kind: { type: "string" },
	publish: { type: "string" },
	subscribe: { type: "string" },
	weighed: { type: "string" },
} as const;

/** The gateway's data directory, and its file of accounts: the one that the configuration names, or the one in the data directory. */
interface Place {
	data: string;
	file: string;
}

async function placeOf(values: { data?: string; config?: string }): Promise<Place | undefined> {
	if (values.data !== undefined) return { data: values.data, file: join(values.data, accountsFileName) };
	const config = configFile(values.config);
	if (values.config === undefined && !existsSync(config)) return undefined;
	const { loadConfig } = await import("../../config/load.ts");
	const { broker, data } = loadConfig(config);
	return { data, file: broker.accountsFile ?? join(data, accountsFileName) };
}

export const accounts: Verb = {
	summary: "accounts of devices, tills and screens at the store's MQTT broker: add, list, passwd, revoke",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [verb, name, ...more] = words;
		if (verb === undefined || more.length > 0) return fail(2, usage);
		const place = await placeOf(values);
		if (place === undefined) return fail(2, `which gateway? There is no configuration here.\n${usage}`);
		try {
			return await act(verb, name, values, place);
		} catch (error) {
			if (error instanceof AccountRefusal) return fail(1, error.message);
			const { code, message } = error as NodeJS.ErrnoException;
			if (code === "EACCES") return fail(1, `${message}. Run it as root, or as the user that runs Gondola.`);
			throw error;
		}
	},
};

type Values = { [name in keyof typeof options]?: (typeof options)[name]["type"] extends "boolean" ? boolean : string };

async function act(verb: string, name: string | undefined, values: Values, { data, file }: Place): Promise<number> {
	const book = openAccounts({ file });
	if (verb === "list") {
		const items = book.list().map(({ hash, ...account }) => ({ ...account, hasPassword: hash !== undefined }));
		if (values.json) return json({ items });
		if (items.length === 0) say("there are no accounts yet; gondola accounts add NAME --kind KIND makes one");
		else
			say(
				table(
					["name", "kind", "comes in by"],
					items.map((each) => [each.name, each.kind, each.hasPassword ? "password" : "certificate"]),
				),
			);
		return 0;
	}
	if (name === undefined) return fail(2, usage);
	const secret = (password: string, sentence: string, kind?: string): number => {
		if (values.json) return json(defined({ name, kind, password }));
		process.stderr.write(`${sentence}\n`);
		say(password);
		return 0;
	};
	switch (verb) {
		case "add": {
			const kind = accountKinds.find((one) => one === values.kind);
			if (kind === undefined) return fail(2, `which kind? --kind ${accountKinds.join(", ")}`);
			if (values.weighed !== undefined && values.weighed !== "milligrams") return fail(2, "--weighed takes: milligrams");
			const password = await book.add(asked(name, kind, values));
			noteAct(data, { act: "broker-account-added", subject: name, why: kind });
			return secret(password, `account ${name} comes in as a ${kind} with this password:`, kind);
		}
		case "passwd": {
			const password = await book.passwd(name);
			noteAct(data, { act: "broker-account-changed", subject: name, why: "password" });
			return secret(password, `account ${name} comes in with this password from now on:`);
		}
		case "revoke":
			await book.revoke(name);
			noteAct(data, { act: "broker-account-revoked", subject: name });
			if (values.json) return json({ name, revoked: true });
			process.stderr.write(`account ${name} does not come in any more\n`);
			return 0;
		default:
			return fail(2, usage);
	}
}

function asked(name: string, kind: AccountKind, { publish, subscribe, weighed }: Values) {
	const weighedQuantity = weighed === undefined ? undefined : ("milligrams" as const);
	return defined({ name, kind, publish: publish?.split(","), subscribe: subscribe?.split(","), weighedQuantity });
}
