/**
 * Accounts of stores on the line's broker: the topics that each may publish and subscribe to, and its password in the forms that brokers
 * check.
 */
import { createHash, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import bcrypt from "bcryptjs";
import { channels, clientIdOf, storeFilter, topicOf } from "../../link/protocol/ids.ts";

/** A password in the forms that brokers store. Passwords are random, 192 bits: a higher work factor would cost time and add nothing. */
export interface Verifiers {
	/** `$7$iterations$salt$hash`: mosquitto 2, PBKDF2-HMAC-SHA512. */
	mosquitto: string;
	/** RabbitMQ, rabbit_password_hashing_sha256. */
	rabbitmq: string;
	/** NATS, bcrypt. */
	nats: string;
}

export const newLinePassword = (): string => randomBytes(24).toString("base64url");

export async function verifiersOf(password: string): Promise<Verifiers> {
	const salt = randomBytes(12);
	const mosquitto = await promisify(pbkdf2)(password, salt, 101, 64, "sha512");
	const rabbitSalt = randomBytes(4);
	const rabbit = createHash("sha256").update(rabbitSalt).update(password).digest();
	return {
		mosquitto: `$7$101$${salt.toString("base64")}$${mosquitto.toString("base64")}`,
		rabbitmq: Buffer.concat([rabbitSalt, rabbit]).toString("base64"),
		nats: await bcrypt.hash(password, 5),
	};
}

/** No tenant's or store's name has a dot, so that no two stores of two tenants share an account. */
export const lineUser = (tenant: string, store: string): string => `${tenant}.${store}`;
export const hqUser = (tenant: string): string => `hq.of.${tenant}`;

export interface LineRights {
	name: string;
	isClientId(id: string): boolean;
	mayPublish(topic: string): boolean;
	maySubscribe(filter: string): boolean;
}

/**
 * A store publishes up and subscribes down, on its own topics and under its own client ids: with another store's client id it would end
 * that store's connection.
 */
export function storeRights(tenant: string, store: string): LineRights {
	const up = new Set(channels.map((channel) => topicOf({ tenant, store, direction: "up", channel })));
	const down = new Set([
		storeFilter({ tenant, store }),
		...channels.map((channel) => topicOf({ tenant, store, direction: "dn", channel })),
	]);
	const ids = clientIdOf(tenant, store, 0).slice(0, -1);
	return {
		name: lineUser(tenant, store),
		isClientId: (id) => id.startsWith(ids) && /^\d{1,16}$/.test(id.slice(ids.length)),
		mayPublish: (topic) => up.has(topic),
		maySubscribe: (filter) => down.has(filter),
	};
}

export function hqRights(tenant: string): LineRights {
	const own = `gondola/1/${tenant}/`;
	return {
		name: hqUser(tenant),
		isClientId: (id) => id.startsWith(`gondola-hq-${tenant}-`),
		mayPublish: (topic) => topic.startsWith(own) && topic.split("/")[5] === "dn",
		maySubscribe: (filter) => filter.startsWith(own) && filter.split("/")[5] === "up",
	};
}
