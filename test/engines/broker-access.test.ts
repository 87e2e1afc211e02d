/** Users and access lists that `gondola hq broker-access` writes, on the real engines: nobody hears or speaks for another store. */

import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessFiles, type BrokerKind, type LineAccounts } from "../../src/hq/enrolment/broker-access.ts";
import { hqUser, lineUser, verifiersOf } from "../../src/hq/enrolment/line-accounts.ts";
import { clientIdOf, hqFilters, storeFilter, topicOf } from "../../src/link/protocol/ids.ts";
import { freePorts } from "../support/ports.ts";
import { eventually } from "../support/until.ts";
import { openRoom, type Room, type Running, run, untilItListens, whereIs } from "./support/program.ts";

const tenant = "main";
const stores = ["0117", "01", "01-1", "north_7"];
const passwordOf = (name: string): string => `password of ${name}`;

type Open = (room: Room, files: Record<string, string>, port: number) => Promise<Running[]>;

const open: Record<BrokerKind, { program: string; open: Open }> = {
	mosquitto: {
		program: "mosquitto",
		async open(room, files, port) {
			const home = room.folder("mosquitto");
			for (const [name, text] of Object.entries(files)) room.write(join(home, name), text);
			const config = room.write(
				join(home, "mosquitto.conf"),
				`listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${home}/mosquitto.passwd\nacl_file ${home}/mosquitto.acl\npersistence false\n`,
			);
			return [run(whereIs("mosquitto")!, ["-c", config ?? join(home, "mosquitto.conf")], { cwd: home, log: join(home, "log") })];
		},
	},
	nats: {
		program: "nats-server",
		async open(room, files, port) {
			const home = room.folder("nats");
			for (const [name, text] of Object.entries(files)) room.write(join(home, name), text);
			const [client] = (await freePorts(1)) as [number];
			const config = join(home, "nats.conf");
			room.write(
				config,
				`server_name: n\nlisten: 127.0.0.1:${client}\njetstream { store_dir: "${home}", max_mem: 64MB, max_file: 64MB }\n` +
					`mqtt { listen: 127.0.0.1:${port} }\nauthorization { include "nats-users.conf" }\n`,
			);
			return [run(whereIs("nats-server")!, ["-c", config], { cwd: home, log: join(home, "log") })];
		},
	},
	rabbitmq: {
		program: "rabbitmqctl",
		async open(room, files, port) {
			const home = room.folder("rabbit");
			for (const [name, text] of Object.entries(files)) room.write(join(home, name), text);
			const [amqp, distribution, epmdPort] = (await freePorts(3)) as [number, number, number];
			room.write(join(home, ".erlang.cookie"), "GONDOLA");
			const epmd = run(whereIs("epmd")!, ["-address", "127.0.0.1", "-port", String(epmdPort)], { cwd: home, log: join(home, "epmd.log") });
			await untilItListens(epmdPort, epmd, 10_000);
			room.write(
				join(home, "rabbitmq.conf"),
				[
					`listeners.tcp.1 = 127.0.0.1:${amqp}`,
					`mqtt.listeners.tcp.1 = 127.0.0.1:${port}`,
					"mqtt.allow_anonymous = false",
					`load_definitions = ${home}/rabbitmq.json`,
					"",
				].join("\n"),
			);
			room.write(join(home, "enabled_plugins"), "[rabbitmq_mqtt].\n");
			const server = join(dirname(realpathSync("/usr/lib/rabbitmq/bin/rabbitmqctl")), "rabbitmq-server");
			const rabbit = run(server, [], {
				cwd: home,
				log: join(home, "out"),
				env: {
					HOME: home,
					ERL_EPMD_ADDRESS: "127.0.0.1",
					ERL_EPMD_PORT: String(epmdPort),
					RABBITMQ_CONF_ENV_FILE: "/dev/null",
					RABBITMQ_NODENAME: "access@localhost",
					RABBITMQ_NODE_PORT: String(amqp),
					RABBITMQ_DIST_PORT: String(distribution),
					RABBITMQ_CONFIG_FILE: join(home, "rabbitmq.conf"),
					RABBITMQ_MNESIA_BASE: home,
					RABBITMQ_LOG_BASE: home,
					RABBITMQ_ENABLED_PLUGINS_FILE: join(home, "enabled_plugins"),
					RABBITMQ_PID_FILE: join(home, "pid"),
					RABBITMQ_ALLOW_INPUT: "1",
					RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
				},
			});
			return [rabbit, epmd];
		},
	},
};

describe.each(["mosquitto", "nats", "rabbitmq"] as const)("a line over %s with broker-access", (kind) => {
	const why = whereIs(open[kind].program) ? undefined : `${open[kind].program} is not installed here`;
	const room = openRoom();
	let running: Running[] = [];
	let port = 0;
	beforeAll(async () => {
		if (why) return console.log(`\n!!!!!! NOT RUN over ${kind}: ${why} !!!!!!\n`);
		const accounts: LineAccounts = {
			tenant,
			stores: await Promise.all(stores.map(async (store) => ({ store, verifiers: await verifiersOf(passwordOf(store)) }))),
			hq: await verifiersOf(passwordOf("hq")),
		};
		const files = Object.fromEntries(accessFiles(kind, accounts).map(({ name, text }) => [name, text]));
		[port] = (await freePorts(1)) as [number];
		running = await open[kind].open(room, files, port);
		await untilItListens(port, running[0]!, 90_000);
		// RabbitMQ listens some time before it knows its accounts.
		await eventually(async () => (await asHq()).endAsync());
	}, 180_000);
	afterAll(async () => {
		for (const each of running) await each.kill();
		room.clear();
	});

	const call = (username: string, password: string, clientId: string): Promise<MqttClient> =>
		connectAsync(
			`mqtt://127.0.0.1:${port}`,
			{ username, password, clientId, protocolVersion: 4, reconnectPeriod: 0, resubscribe: false, connectTimeout: 10_000 },
			false,
		);
	// RabbitMQ hangs up on some connections in its first seconds; who has an account tries again.
	const asStore = (store: string, n = 1): Promise<MqttClient> =>
		eventually(() => call(lineUser(tenant, store), passwordOf(store), clientIdOf(tenant, store, n)));
	const asHq = (): Promise<MqttClient> => eventually(() => call(hqUser(tenant), passwordOf("hq"), `gondola-hq-${tenant}-host-1`));
	const up = (store: string): string => topicOf({ tenant, store, direction: "up", channel: "data" });
	const down = (store: string): string => topicOf({ tenant, store, direction: "dn", channel: "data" });
	/** Whatever the engine does with what is forbidden: ends the connection, refuses, or swallows it. */
	const tries = async (client: MqttClient, act: Promise<unknown>): Promise<void> => {
		client.on("error", () => {});
		await Promise.race([act.catch(() => {}), new Promise<void>((resolve) => client.once("close", () => resolve()))]);
		client.end(true);
	};
	const heardBy = (client: MqttClient): string[] => {
		const heard: string[] = [];
		client.on("message", (topic) => void heard.push(topic));
		return heard;
	};

	it("lets head office and each store hear each other", async (context) => {
		if (why) return context.skip(why);
		const hq = await asHq();
		const heard = heardBy(hq);
		await hq.subscribeAsync(hqFilters(tenant), { qos: 1 });
		for (const store of stores) {
			const client = await asStore(store);
			const own = heardBy(client);
			await client.subscribeAsync(storeFilter({ tenant, store }), { qos: 1 });
			await client.publishAsync(up(store), "x", { qos: 1 });
			await hq.publishAsync(down(store), "x", { qos: 1 });
			await expect.poll(() => own, { timeout: 60_000 }).toEqual([down(store)]);
			await expect.poll(() => heard, { timeout: 60_000 }).toContain(up(store));
			await client.endAsync();
		}
		await hq.endAsync();
	});

	it("lets nobody in with another's password, without one, or by a name that is not enrolled", async (context) => {
		if (why) return context.skip(why);
		await expect(call(lineUser(tenant, "01"), passwordOf("0117"), clientIdOf(tenant, "01", 1))).rejects.toThrow();
		await expect(call(lineUser(tenant, "0999"), passwordOf("0999"), clientIdOf(tenant, "0999", 1))).rejects.toThrow();
		await expect(
			connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 10_000 }, false),
		).rejects.toThrow();
	});

	it("lets no store hear another, whatever it asks for", async (context) => {
		if (why) return context.skip(why);
		const filters = [
			"#",
			`gondola/1/${tenant}/#`,
			storeFilter({ tenant, store: "01-1" }),
			hqFilters(tenant)[0]!,
			down("0117"),
			"+/+/+/+/+/+/+",
		];
		const hq = await asHq();
		for (const filter of filters) {
			const spy = await asStore("01", 2);
			const heard = heardBy(spy);
			let ended = false;
			const closed = new Promise<void>((resolve) =>
				spy.once("close", () => {
					ended = true;
					resolve();
				}),
			);
			spy.on("error", () => {});
			await Promise.race([spy.subscribeAsync(filter, { qos: 1 }).catch(() => {}), closed]);
			for (const store of ["0117", "01-1"]) {
				await hq.publishAsync(down(store), "secret", { qos: 1 });
				const other = await asStore(store);
				await other.publishAsync(up(store), "secret", { qos: 1 });
				await other.endAsync();
			}
			// What was published before this round trip of the spy's own would have come before it.
			if (!ended) {
				await spy.subscribeAsync(storeFilter({ tenant, store: "01" }), { qos: 1 }).catch(() => {});
				await hq.publishAsync(down("01"), "mine", { qos: 1 });
				await expect.poll(() => ended || heard.includes(down("01")), { timeout: 60_000 }).toBe(true);
			}
			expect(
				heard.filter((topic) => topic !== down("01")),
				filter,
			).toEqual([]);
			spy.end(true);
		}
		await hq.endAsync();
	});

	it("lets no store speak for another or for head office", async (context) => {
		if (why) return context.skip(why);
		const hq = await asHq();
		const heard = heardBy(hq);
		await hq.subscribeAsync(hqFilters(tenant), { qos: 1 });
		const other = await asStore("0117");
		const otherHeard = heardBy(other);
		await other.subscribeAsync(storeFilter({ tenant, store: "0117" }), { qos: 1 });
		for (const topic of [up("0117"), down("0117"), down("01"), up("01-1"), "gondola/1/other/00/01/up/data"]) {
			const liar = await asStore("01", 3);
			await tries(liar, liar.publishAsync(topic, "lie", { qos: 1 }));
		}
		const honest = await asStore("01", 4);
		await honest.publishAsync(up("01"), "x", { qos: 1 });
		await expect.poll(() => heard, { timeout: 60_000 }).toContain(up("01"));
		expect(heard).toEqual([up("01")]);
		expect(otherHeard).toEqual([]);
		for (const each of [honest, other, hq]) await each.endAsync();
	});
});
