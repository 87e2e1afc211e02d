/**
 * Users and access lists for an external broker that carries the line: all enrolled stores and head office, each with its own
 * topics. Written as files that the broker reads; they contain no plain passwords.
 */
import { shardOf } from "../../link/protocol/ids.ts";
import { hqUser, lineUser, type Verifiers } from "./line-accounts.ts";

export const brokerKinds = ["mosquitto", "rabbitmq", "nats"] as const;
export type BrokerKind = (typeof brokerKinds)[number];

export interface AccessFile {
	name: string;
	text: string;
	/** The use of the file; printed beside its name. */
	use: string;
}

export interface LineAccounts {
	tenant: string;
	stores: readonly { store: string; verifiers: Verifiers }[];
	hq: Verifiers;
}

export function accessFiles(kind: BrokerKind, accounts: LineAccounts): AccessFile[] {
	return { mosquitto, rabbitmq, nats }[kind](accounts);
}

const prefixOf = (tenant: string, store: string): string => `gondola/1/${tenant}/${shardOf(store)}/${store}`;

function mosquitto({ tenant, stores, hq }: LineAccounts): AccessFile[] {
	const users = [
		`${hqUser(tenant)}:${hq.mosquitto}`,
		...stores.map(({ store, verifiers }) => `${lineUser(tenant, store)}:${verifiers.mosquitto}`),
	];
	const rules = [
		`user ${hqUser(tenant)}\ntopic read gondola/1/${tenant}/+/+/up/+\ntopic write gondola/1/${tenant}/+/+/dn/+\n`,
		...stores.map(
			({ store }) =>
				`user ${lineUser(tenant, store)}\ntopic write ${prefixOf(tenant, store)}/up/+\ntopic read ${prefixOf(tenant, store)}/dn/+\n`,
		),
	];
	return [
		{ name: "mosquitto.passwd", text: `${users.join("\n")}\n`, use: "password_file" },
		{ name: "mosquitto.acl", text: rules.join("\n"), use: "acl_file; with allow_anonymous false" },
	];
}

/** A name inside a regular expression, and a topic as RabbitMQ routes it: dots for slashes. */
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const routed = (topic: string): string => literal(topic.replaceAll("/", "."));

function rabbitmq({ tenant, stores, hq }: LineAccounts): AccessFile[] {
	const users = [{ name: hqUser(tenant), verifiers: hq }, ...stores.map((each) => ({ ...each, name: lineUser(tenant, each.store) }))];
	// RabbitMQ names the queues of MQTT sessions after client ids; a store's client ids begin with the store's own name.
	const queues = (name: string): string => `^mqtt-subscription-${name}qos[01]$`;
	const permission = (user: string, ids: string): object => {
		const own = queues(ids);
		return { user, vhost: "/", configure: own, write: `${own}|^amq\\.topic$`, read: `${own}|^amq\\.topic$` };
	};
	const topics = (user: string, write: string, read: string): object => ({ user, vhost: "/", exchange: "amq.topic", write, read });
	const any = "[a-z0-9_-]+";
	const own = `gondola\\.1\\.${literal(tenant)}`;
	const text = {
		users: users.map(({ name, verifiers }) => ({
			name,
			password_hash: verifiers.rabbitmq,
			hashing_algorithm: "rabbit_password_hashing_sha256",
			tags: [],
		})),
		vhosts: [{ name: "/" }],
		permissions: [
			permission(hqUser(tenant), `gondola-hq-${literal(tenant)}-.*`),
			...stores.map(({ store }) => permission(lineUser(tenant, store), `gondola-${literal(tenant)}-${literal(store)}-\\d+`)),
		],
		topic_permissions: [
			topics(
				hqUser(tenant),
				`^${own}\\.${any}\\.${any}\\.dn\\.[a-z]+$`,
				`^${own}\\.${any}\\.(\\*|${any})\\.up\\.(\\*|[a-z]+)$|^${own}\\.\\*\\.\\*\\.up\\.\\*$`,
			),
			...stores.map(({ store }) => {
				const prefix = routed(prefixOf(tenant, store));
				return topics(lineUser(tenant, store), `^${prefix}\\.up\\.[a-z]+$`, `^${prefix}\\.dn\\.(\\*|[a-z]+)$`);
			}),
		],
	};
	return [
		{ name: "rabbitmq.json", text: `${JSON.stringify(text, null, "\t")}\n`, use: "rabbitmqctl import_definitions, or load_definitions" },
	];
}

function nats({ tenant, stores, hq }: LineAccounts): AccessFile[] {
	const subject = (topic: string): string => topic.replaceAll("/", ".").replaceAll("+", "*");
	const user = (name: string, hash: string, publish: string, subscribe: string): string =>
		[
			`\t{ user: "${name}", password: "${hash}", permissions: {`,
			`\t\tpublish: ["${publish}", "$MQTT.>"]`,
			`\t\tsubscribe: ["${subscribe}", "$MQTT.sub.>", "$MQTT.deliver.pubrel.>"]`,
			"\t} }",
		].join("\n");
	const users = [
		user(hqUser(tenant), hq.nats, subject(`gondola/1/${tenant}/+/+/dn/+`), subject(`gondola/1/${tenant}/+/+/up/+`)),
		...stores.map(({ store, verifiers }) => {
			const prefix = prefixOf(tenant, store);
			return user(lineUser(tenant, store), verifiers.nats, subject(`${prefix}/up/+`), subject(`${prefix}/dn/+`));
		}),
	];
	return [{ name: "nats-users.conf", text: `users: [\n${users.join("\n")}\n]\n`, use: 'authorization { include "nats-users.conf" }' }];
}
