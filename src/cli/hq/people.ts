/** `gondola hq user …`, `gondola hq token …`: on head office's machine, whether it runs or not. */

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Directory, openDirectory, type TokenView, type UserView } from "../../access/directory.ts";
import { AccessRefusal } from "../../access/refusal.ts";
import { rightsText } from "../../access/rights.ts";
import { openDatabase } from "../../hq/database/database.ts";
import { accessInDatabase } from "../../hq/people/access-repository.ts";
import { defined } from "../../words/defined.ts";
import { hqSocket, Refused } from "../verb/ask.ts";
import { expiryOf } from "../verb/expiry.ts";
import { json, table } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import { askConsole, NoConsole } from "./console.ts";

export interface PeopleOptions {
	data?: string;
	database?: string;
	role?: string;
	expires?: string;
	"password-file"?: string;
	json?: boolean;
}

/** The acts, over a running head office or, where none runs, in its database. */
type Way = Pick<Directory, "users" | "addUser" | "removeUser" | "tokens" | "addToken" | "revokeToken">;

export async function hqPeople(
	noun: "user" | "token",
	words: (string | undefined)[],
	options: PeopleOptions,
	usage: string,
): Promise<number> {
	const [act, name] = words;
	if (noun === "user" && act === "rights") {
		say(rightsText("hq"));
		return 0;
	}
	const takesName = act === "add" || act === "remove" || act === "revoke";
	if (act === undefined || (takesName && name === undefined) || (act === "add" && options.role === undefined)) return fail(2, usage);
	const does = noun === "user" ? users : tokens;
	try {
		return await withWay(options, (way) => does(way, act, name ?? "", options, usage));
	} catch (error) {
		if (error instanceof AccessRefusal || error instanceof Refused) return fail(error.code === "role-unknown" ? 2 : 1, error.message);
		throw error;
	}
}

async function users(way: Way, act: string, name: string, options: PeopleOptions, usage: string): Promise<number> {
	switch (act) {
		case "add": {
			const file = options["password-file"];
			// A password is never on the command line; without a file one is made, and printed once.
			const password =
				file === undefined ? randomBytes(12).toString("base64url") : readFileSync(file === "-" ? 0 : file, "utf8").replace(/\r?\n$/, "");
			const user = await way.addUser(name, options.role!, password);
			if (options.json) return json({ ...user, ...(file === undefined && { password }) });
			process.stderr.write(`${name} is a ${user.role} at head office\n`);
			if (file === undefined) say(password);
			return 0;
		}
		case "remove":
			await way.removeUser(name);
			process.stderr.write(`${name} is removed; the sessions ended\n`);
			return 0;
		case "list": {
			const items = await way.users();
			if (options.json) return json({ items });
			say(
				table(
					["name", "role", "since"],
					items.map((each) => [each.name, each.role, each.createdAt]),
				),
			);
			return 0;
		}
		default:
			return fail(2, usage);
	}
}

async function tokens(way: Way, act: string, name: string, options: PeopleOptions, usage: string): Promise<number> {
	switch (act) {
		case "add": {
			const expiresAt = options.expires === undefined ? undefined : expiryOf(options.expires);
			if (options.expires !== undefined && expiresAt === undefined)
				return fail(2, "--expires must be like 30d or 12h, or a time such as 2027-01-31T00:00:00Z");
			const { secret } = await way.addToken(defined({ name, roles: options.role!.split(","), expiresAt }));
			if (options.json) return json({ token: secret, name, role: options.role, expires: expiresAt ?? null });
			process.stderr.write(`the token of ${name}; it is shown this once\n`);
			say(secret);
			return 0;
		}
		case "revoke":
			await way.revokeToken(name);
			process.stderr.write(`the token of ${name} opens nothing any more\n`);
			return 0;
		case "list": {
			const items = await way.tokens();
			if (options.json) return json({ items });
			say(
				table(
					["name", "role", "since", "until"],
					items.map((each) => [each.name, each.roles.join(","), each.createdAt, each.expiresAt ?? "it is revoked"]),
				),
			);
			return 0;
		}
		default:
			return fail(2, usage);
	}
}

async function withWay<T>({ data = "gondola-hq", database }: PeopleOptions, act: (way: Way) => Promise<T>): Promise<T> {
	const socket = hqSocket(data);
	try {
		return await act(overConsole(socket));
	} catch (error) {
		if (!(error instanceof NoConsole)) throw error;
	}
	const db = await openDatabase(database === undefined ? { dataDir: join(data, "database") } : { url: database });
	try {
		return await act(openDirectory({ site: "hq", repository: accessInDatabase(db) }));
	} finally {
		await db.close();
	}
}

function overConsole(socket: string): Way {
	const named = (noun: string, name: string): string => `/api/v1/${noun}/${encodeURIComponent(name)}`;
	return {
		users: async () => (await askConsole<{ items: UserView[] }>(socket, "/api/v1/users")).items,
		addUser: (name, role, password) => askConsole(socket, "/api/v1/users", { method: "POST", body: { name, role, password } }),
		removeUser: (name) => askConsole(socket, named("users", name), { method: "DELETE" }),
		tokens: async () => (await askConsole<{ items: TokenView[] }>(socket, "/api/v1/tokens")).items,
		async addToken({ name, roles, expiresAt }) {
			const body = { name, role: roles.join(","), ...defined({ expires: expiresAt }) };
			const { token } = await askConsole<{ token: string }>(socket, "/api/v1/tokens", { method: "POST", body });
			return { name, roles: [...roles], createdAt: "", secret: token };
		},
		revokeToken: (name) => askConsole(socket, named("tokens", name), { method: "DELETE" }),
	};
}
