import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePorts } from "../../support/ports.ts";
import { type Room, type Running, run, untilItListens, whereIs } from "./program.ts";

/** A broker of one node or three, on 127.0.0.1, whose nodes can be killed and started again. */
export interface Broker {
	name: string;
	/** MQTT, one a node. */
	ports: number[];
	kill(node: number): Promise<void>;
	/** Resolves when the node takes MQTT connections. */
	start(node: number): Promise<void>;
	stop(): Promise<void>;
}

type Launch = (node: number) => Running;

async function openNodes(
	name: string,
	ports: number[],
	readyMs: number,
	launch: Launch,
	undo: () => Promise<void> = async () => {},
): Promise<Broker> {
	const nodes: (Running | undefined)[] = ports.map(() => undefined);
	const broker: Broker = {
		name,
		ports,
		async kill(node) {
			await nodes[node]?.kill();
			nodes[node] = undefined;
		},
		async start(node) {
			nodes[node] ??= launch(node);
			await untilItListens(ports[node]!, nodes[node], readyMs);
		},
		async stop() {
			await Promise.all(nodes.map((node) => node?.kill()));
			await undo();
		},
	};
	try {
		// One after the other: RabbitMQ nodes that join together now and then wait for each other.
		for (const node of ports.keys()) await broker.start(node);
	} catch (error) {
		await broker.stop();
		throw error;
	}
	return broker;
}

/** Debian's mosquitto as it comes: everything in memory, 1,000 queued messages a client, the newest dropped. */
export async function openMosquitto(room: Room): Promise<Broker> {
	const [port] = (await freePorts(1)) as [number];
	const home = room.folder("mosquitto");
	const config = join(home, "mosquitto.conf");
	room.write(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
	return openNodes("mosquitto", [port], 10_000, () => run(whereIs("mosquitto")!, ["-c", config], { cwd: home, log: join(home, "log") }));
}

/** nats-server: MQTT over JetStream, three nodes, three replicas. */
export async function openNats(room: Room): Promise<Broker> {
	const ports = await freePorts(9);
	const of = (node: number): [client: number, cluster: number, mqtt: number] => [ports[node]!, ports[3 + node]!, ports[6 + node]!];
	const routes = [0, 1, 2].map((node) => `nats://127.0.0.1:${of(node)[1]}`).join(", ");
	return openNodes(
		"nats-server",
		[0, 1, 2].map((node) => of(node)[2]),
		30_000,
		(node) => {
			const home = room.folder(`nats${node}`);
			const [client, cluster, mqtt] = of(node);
			const config = join(home, "nats.conf");
			room.write(
				config,
				`
server_name: n${node}
listen: 127.0.0.1:${client}
jetstream { store_dir: "${home}", max_mem: 64MB, max_file: 1GB }
cluster { name: shop, listen: 127.0.0.1:${cluster}, routes: [${routes}] }
mqtt { listen: 127.0.0.1:${mqtt} }
`,
			);
			return run(whereIs("nats-server")!, ["-c", config], { cwd: home, log: join(home, "log") });
		},
	);
}

/** Three RabbitMQ nodes with the MQTT plugin. `queues` is what the plugin makes for durable sessions. */
export async function openRabbit(room: Room, queues: "classic" | "quorum"): Promise<Broker> {
	const ports = await freePorts(10);
	const epmdPort = ports[9]!;
	const of = (node: number): [amqp: number, distribution: number, mqtt: number] => [ports[node]!, ports[3 + node]!, ports[6 + node]!];
	const home = room.folder(`rabbit-${queues}`);
	room.write(join(home, ".erlang.cookie"), "GONDOLA");
	// Not the wrapper in PATH, which turns into the user rabbitmq and wants root.
	const server = join(dirname(realpathSync("/usr/lib/rabbitmq/bin/rabbitmqctl")), "rabbitmq-server");
	// Started by us, or the first node would leave one running for ever.
	const epmd = run(whereIs("epmd")!, ["-address", "127.0.0.1", "-port", String(epmdPort)], { cwd: home, log: join(home, "epmd.log") });
	await untilItListens(epmdPort, epmd, 10_000);

	const launch: Launch = (node) => {
		const [amqp, distribution, mqtt] = of(node);
		const own = room.folder(`rabbit-${queues}/r${node}`);
		room.write(
			join(own, "rabbitmq.conf"),
			[
				`listeners.tcp.1 = 127.0.0.1:${amqp}`,
				`mqtt.listeners.tcp.1 = 127.0.0.1:${mqtt}`,
				"mqtt.allow_anonymous = true",
				"mqtt.subscription_ttl = 86400000",
				"cluster_partition_handling = pause_minority",
				"vm_memory_high_watermark.absolute = 512MB",
				"cluster_formation.peer_discovery_backend = classic_config",
				...[0, 1, 2].map((n) => `cluster_formation.classic_config.nodes.${n + 1} = r${n}@localhost`),
				"cluster_formation.randomized_startup_delay_range.min = 0",
				"cluster_formation.randomized_startup_delay_range.max = 1",
				"",
			].join("\n"),
		);
		room.write(join(own, "advanced.config"), `[{rabbitmq_mqtt, [{durable_queue_type, ${queues}}]}].\n`);
		room.write(join(own, "enabled_plugins"), "[rabbitmq_mqtt].\n");
		return run(server, [], {
			cwd: own,
			log: join(own, "out"),
			env: {
				HOME: home,
				ERL_EPMD_ADDRESS: "127.0.0.1",
				ERL_EPMD_PORT: String(epmdPort),
				RABBITMQ_CONF_ENV_FILE: "/dev/null",
				RABBITMQ_NODENAME: `r${node}@localhost`,
				RABBITMQ_NODE_PORT: String(amqp),
				RABBITMQ_DIST_PORT: String(distribution),
				RABBITMQ_CONFIG_FILE: join(own, "rabbitmq.conf"),
				RABBITMQ_ADVANCED_CONFIG_FILE: join(own, "advanced.config"),
				RABBITMQ_MNESIA_BASE: own,
				RABBITMQ_LOG_BASE: own,
				RABBITMQ_ENABLED_PLUGINS_FILE: join(own, "enabled_plugins"),
				RABBITMQ_PID_FILE: join(own, "pid"),
				// The script then becomes the server instead of waiting beside it: a kill reaches the right process.
				RABBITMQ_ALLOW_INPUT: "1",
				// Two cores for three nodes and the rest: an idle scheduler must not spin.
				RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
					"-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
			},
		});
	};
	return openNodes(
		`RabbitMQ, ${queues} queues`,
		[0, 1, 2].map((node) => of(node)[2]),
		90_000,
		launch,
		() => epmd.kill(),
	);
}
