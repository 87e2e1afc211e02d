/** Accounts of the store's MQTT broker, and which clients are connected. A password is returned once, when it is made. */
import { z } from "zod";
import { type Defined, defined } from "../../words/defined.ts";
import type { Audit } from "../ledger-view.ts";
import { json, type Route, route } from "../route.ts";
import { instantOut, listOf } from "../schemas.ts";

const kinds = ["device", "till", "viewer", "service"] as const;

const filters = z.array(z.string().min(1).max(256)).max(100);
const newAccount = z.strictObject({
	name: z.string().min(1).max(64),
	kind: z.enum(kinds),
	publish: filters.optional(),
	subscribe: filters.optional(),
	weighedQuantity: z.literal("milligrams").optional(),
});
const account = z.object({ name: z.string(), kind: z.string(), hasPassword: z.boolean(), connected: z.number() });
const withPassword = z.object({ name: z.string(), password: z.string() });
const byName = z.strictObject({ name: z.string().min(1).max(64) });
const connection = z.object({
	client: z.string(),
	account: z.string().nullable(),
	kind: z.string(),
	address: z.string(),
	session: z.enum(["clean", "kept"]),
	version: z.enum(["3.1.1", "5"]),
});
const refusal = z.object({
	reason: z.string(),
	why: z.string(),
	client: z.string(),
	account: z.string().nullable(),
	address: z.string(),
	count: z.number(),
	firstAt: instantOut,
	lastAt: instantOut,
});

/** The broker as these routes see it. */
export interface BrokerAccountsDesk {
	accounts: {
		list(): { name: string; kind: string; hash?: string | undefined }[];
		add(account: Defined<z.infer<typeof newAccount>>): Promise<string>;
		passwd(name: string): Promise<string>;
		revoke(name: string): Promise<void>;
	};
	clients(): { connected: z.infer<typeof connection>[]; refused: z.infer<typeof refusal>[] };
}

export function brokerAccountRoutes(broker: BrokerAccountsDesk, audit: Audit): Route[] {
	return [
		listClients(broker),
		listAccounts(broker),
		addAccount(broker, audit),
		changePassword(broker, audit),
		revokeAccount(broker, audit),
	];
}

function listClients({ clients }: BrokerAccountsDesk): Route {
	return route({
		method: "GET",
		url: "/api/v1/broker/clients",
		room: "broker",
		right: "broker.read",
		summary: "Who is connected to the broker, and who was refused and why, the newest first",
		answers: { 200: listOf(connection).extend({ refused: z.array(refusal) }) },
		problems: [],
		run: () => {
			const { connected, refused } = clients();
			return json({ items: connected, refused });
		},
	});
}

function listAccounts({ accounts, clients }: BrokerAccountsDesk): Route {
	return route({
		method: "GET",
		url: "/api/v1/broker/accounts",
		room: "broker",
		right: "accounts.write",
		summary: "Broker accounts; their passwords are nowhere",
		answers: { 200: listOf(account) },
		problems: [],
		run: () => {
			const { connected } = clients();
			const items = accounts.list().map(({ name, kind, hash }) => ({
				name,
				kind,
				hasPassword: hash !== undefined,
				connected: connected.filter((client) => client.account === name).length,
			}));
			return json({ items });
		},
	});
}

function addAccount({ accounts }: BrokerAccountsDesk, audit: Audit): Route {
	return route({
		method: "POST",
		url: "/api/v1/broker/accounts",
		keepsActor: true,
		room: "broker",
		right: "accounts.write",
		summary: "Makes a broker account; `password` of the answer is said this once",
		body: newAccount,
		answers: { 201: withPassword.extend({ kind: z.string() }) },
		problems: [400, 409],
		run: async ({ body, by }) => {
			const password = await accounts.add(defined(body));
			audit({ what: "broker-account-added", by: by.actor, subject: body.name, why: body.kind });
			return json({ name: body.name, kind: body.kind, password }, 201);
		},
	});
}

function changePassword({ accounts }: BrokerAccountsDesk, audit: Audit): Route {
	return route({
		method: "POST",
		url: "/api/v1/broker/accounts/{name}/password",
		keepsActor: true,
		room: "broker",
		right: "accounts.write",
		summary: "Gives a broker account another password and cuts its connections; the password is said this once",
		path: byName,
		answers: { 200: withPassword },
		problems: [404],
		run: async ({ path, by }) => {
			const password = await accounts.passwd(path.name);
			audit({ what: "broker-account-changed", by: by.actor, subject: path.name, why: "password" });
			return json({ name: path.name, password });
		},
	});
}

function revokeAccount({ accounts }: BrokerAccountsDesk, audit: Audit): Route {
	return route({
		method: "DELETE",
		url: "/api/v1/broker/accounts/{name}",
		keepsActor: true,
		room: "broker",
		right: "accounts.write",
		summary: "Revokes a broker account: its connections are cut, its sessions and what waits in them are gone",
		path: byName,
		answers: { 204: z.null() },
		problems: [404],
		run: async ({ path, by }) => {
			await accounts.revoke(path.name);
			audit({ what: "broker-account-revoked", by: by.actor, subject: path.name });
			return { status: 204 };
		},
	});
}
