/** People and tokens of a gateway, edited in its data directory. A running gateway applies them at once. */

import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { accessFile, accessFileName } from "../../access/access-file.ts";
import { noteAct } from "../../access/box/act-notes.ts";
import { type Directory, openDirectory } from "../../access/directory.ts";
import { AccessRefusal } from "../../access/refusal.ts";
import { rightsText, rolesAt, type Site, scopes } from "../../access/rights.ts";
import { defined } from "../../words/defined.ts";
import { ledgerPlace, placeOptions, placeUsage } from "../ledger/ledger-place.ts";
import { expiryOf } from "../verb/expiry.ts";
import { ago, json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const roles = rolesAt.gateway.join(", ");

const userUsage = `gondola user add NAME --role ROLE      the password is asked, or read from standard input
gondola user passwd NAME               another password; ends the person's sessions
gondola user list
gondola user remove NAME
gondola user rights                    which role may do what

  --role ROLE    ${roles}
${placeUsage}
  --json         the answer as JSON`;

const tokenUsage = `gondola token add NAME --role ROLE [--expires 30d]   prints the token, this once
gondola token list
gondola token revoke NAME                            from then on it opens nothing

  --role ROLE    ${roles}; or for programs: ${scopes.join(", ")}
  --expires TIME 12h, 30d, or an RFC 3339 time; default: never
${placeUsage}
  --json         the answer as JSON`;

const options = { ...placeOptions, json: { type: "boolean" }, role: { type: "string" }, expires: { type: "string" } } as const;
type Values = { [name in keyof typeof options]?: (typeof options)[name]["type"] extends "boolean" ? boolean : string };

/** Runs one act on the directory; a refusal is one sentence and exit code 1. */
async function withDirectory(args: string[], usage: string, act: (asked: Asked) => Promise<number>): Promise<number> {
	const given = read(args, usage, options);
	if (typeof given === "number") return given;
	const [verb, name, ...more] = given.words;
	if (verb === undefined || more.length > 0) return fail(2, usage);
	if (verb === "rights") {
		say(rightsText("gateway"));
		return 0;
	}
	const data = await ledgerPlace(given.values);
	if (data === undefined) return fail(2, `which gateway? There is no configuration here.\n${usage}`);
	const site: Site = "gateway";
	const directory = openDirectory({ site, repository: accessFile(join(data, accessFileName)) });
	try {
		return await act({ verb, name, values: given.values, directory, data, usage });
	} catch (error) {
		if (error instanceof AccessRefusal) return fail(error.code === "role-unknown" ? 2 : 1, error.message);
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === "EACCES") return fail(1, `${message}. Run it as root, or as the user that runs Gondola.`);
		if (code === "ENOENT") return fail(1, `${data} does not exist; start the gateway once, or name its directory with --data.`);
		throw error;
	}
}

interface Asked {
	verb: string;
	name: string | undefined;
	values: Values;
	directory: Directory;
	data: string;
	usage: string;
}

export const user: Verb = {
	summary: "people of this gateway: add, list, remove; who may do what",
	usage: userUsage,
	run: (args) =>
		withDirectory(args, userUsage, async ({ verb, name, values, directory, data, usage }) => {
			if (verb === "list") {
				const items = await directory.users();
				if (values.json) return json({ items });
				say(
					items.length === 0
						? "there are no people yet; the claim code that `gondola run` says makes the first"
						: table(
								["name", "role", "since"],
								items.map((each) => [each.name, each.role, ago(each.createdAt)]),
							),
				);
				return 0;
			}
			if (name === undefined) return fail(2, usage);
			if (verb === "add") {
				if (values.role === undefined) return fail(2, `which role? --role ${roles}`);
				const made = await directory.addUser(name, values.role, await askPassword());
				noteAct(data, { act: "user-added", subject: made.name, why: made.role });
				return values.json ? json(made) : done(`${made.name} is a ${made.role} now`);
			}
			if (verb === "passwd") {
				await directory.setPassword(name, await askPassword());
				noteAct(data, { act: "user-changed", subject: name, why: "password" });
				return done(`${name} has another password now, and is signed out everywhere`);
			}
			if (verb === "remove") {
				await directory.removeUser(name);
				noteAct(data, { act: "user-removed", subject: name });
				return done(`${name} is removed, and signed out`);
			}
			return fail(2, usage);
		}),
};

export const token: Verb = {
	summary: "tokens of programs: add, list, revoke",
	usage: tokenUsage,
	run: (args) =>
		withDirectory(args, tokenUsage, async ({ verb, name, values, directory, data, usage }) => {
			if (verb === "list") {
				const items = await directory.tokens();
				if (values.json) return json({ items });
				say(
					items.length === 0
						? "there are no tokens"
						: table(
								["name", "may", "since", "until"],
								items.map((each) => [each.name, each.roles.join(" "), ago(each.createdAt), each.expiresAt ?? "revoked"]),
							),
				);
				return 0;
			}
			if (name === undefined) return fail(2, usage);
			if (verb === "add") {
				if (values.role === undefined) return fail(2, `which role? --role ${roles}, ${scopes.join(", ")}`);
				const expiresAt = values.expires === undefined ? undefined : expiryOf(values.expires);
				if (values.expires !== undefined && expiresAt === undefined) return fail(2, `--expires takes 12h, 30d, or an RFC 3339 time`);
				const made = await directory.addToken(defined({ name, roles: [values.role], expiresAt }));
				noteAct(data, { act: "token-added", subject: name, why: values.role });
				if (values.json) return json({ token: made.secret, name, role: values.role, expires: made.expiresAt ?? null });
				process.stderr.write(`token ${name} may what a ${values.role} may${made.expiresAt ? `, until ${made.expiresAt}` : ""}:\n`);
				say(made.secret);
				return 0;
			}
			if (verb === "revoke") {
				await directory.revokeToken(name);
				noteAct(data, { act: "token-revoked", subject: name });
				return done(`token ${name} opens nothing any more`);
			}
			return fail(2, usage);
		}),
};

function done(sentence: string): number {
	process.stderr.write(`${sentence}\n`);
	return 0;
}

/** Reads a password: at a terminal typed twice and not shown; else the first line of standard input. */
async function askPassword(): Promise<string> {
	if (!process.stdin.isTTY) {
		for await (const line of createInterface({ input: process.stdin })) return line;
		return "";
	}
	const first = await typedUnseen("Password: ");
	if (first !== (await typedUnseen("Once more: ")))
		throw new AccessRefusal("password-weak", "The two passwords differ; nothing was changed.");
	return first;
}

function typedUnseen(prompt: string): Promise<string> {
	process.stderr.write(prompt);
	process.stdin.setRawMode(true);
	process.stdin.setEncoding("utf8");
	process.stdin.resume();
	return new Promise((resolve, reject) => {
		let typed = "";
		const finish = (): void => {
			process.stdin.off("data", hear);
			process.stdin.setRawMode(false);
			process.stdin.pause();
			process.stderr.write("\n");
		};
		const hear = (text: string): void => {
			for (const sign of text) {
				if (sign === "\r" || sign === "\n") {
					finish();
					return resolve(typed);
				}
				if (sign === "\u0003") {
					finish();
					return reject(new AccessRefusal("password-weak", "Given up; nothing was changed."));
				}
				typed = sign === "\u007f" ? typed.slice(0, -1) : typed + sign;
			}
		};
		process.stdin.on("data", hear);
	});
}
