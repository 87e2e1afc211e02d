/**
 * A broker for the line that stores nothing: head office runs it where no other broker carries the line. HQ and stores store their
 * own state. With `admit`, each client has an account and may use only that account's topics; without it, it is a broker for tests.
 */
import { createServer } from "node:net";
import type { TLSSocket } from "node:tls";
import { Aedes, type Client } from "aedes";
import { isLoopbackAddress, speakTlsToo, type TlsToo } from "../access/tls-too.ts";
import { createGate } from "./connection/gate.ts";
import type { Gate } from "./connection/gate-port.ts";
import { opened } from "./connection/listeners.ts";
import { defaultLimits } from "./limits.ts";

/** A page of catalog records is larger than anything on a store's LAN. */
const linePayloadBytes = 16 * 1024 * 1024;

/** The topics that one account of the line may use. */
export interface LineAccount {
	name: string;
	isClientId(id: string): boolean;
	mayPublish(topic: string): boolean;
	maySubscribe(filter: string): boolean;
}

export interface LineBrokerOptions {
	host: string;
	port: number;
	/** TLS on the same port; plain only from this machine then. */
	tls?: { cert: string; key: string };
	/** Undefined: the name or password is wrong. */
	admit?(username: string, password: string): Promise<LineAccount | undefined>;
	/** Called when a client used a topic that its account may not. */
	refused?(name: string, why: string): void;
}

export interface LineBroker {
	url: string;
	port: number;
	/** Ends the connections of an account whose password changed. */
	drop(name: string): void;
	/** Uses another certificate for new connections; open connections stay. */
	renew(tls: { cert: string; key: string }): void;
	stop(): Promise<void>;
}

/** Connections at a time that have shown no password yet, of all addresses together. */
const strangersMost = 500;
/** The same of one address: behind it may stand a network of stores that come back together. */
const strangersOfOne = 150;
const showPasswordWithinMs = 10_000;

export async function startLineBroker(options: LineBrokerOptions): Promise<LineBroker> {
	const { admit, refused = () => {} } = options;
	const accounts = new Map<Client, LineAccount>();
	/** Connections without an account, with their addresses. */
	const strangers = new Map<Gate, string>();
	const settle = (client: Client | null): void => (client?.conn as Gate | undefined)?.settled();
	const accountOf = (client: Client | null): LineAccount | undefined => (client ? accounts.get(client) : undefined);
	const deny = (client: Client | null, why: string): Error => {
		refused(accountOf(client)?.name ?? "nobody", why);
		return new Error(why);
	};
	const aedes = await Aedes.createBroker({
		concurrency: 0,
		drainTimeout: defaultLimits.stuckMs,
		connectTimeout: showPasswordWithinMs,
		authenticate(client, username, password, done) {
			if (!admit) return done(null, true);
			// Sessions are not kept: no message waits for a client that is away.
			const proved = client.clean ? admit(username ?? "", password?.toString("utf8") ?? "") : Promise.resolve(undefined);
			proved.then(
				(account) => {
					const isOwn = account?.isClientId(client.id) === true;
					if (account && !isOwn) refused(account.name, `another's client id: ${client.id.slice(0, 80)}`);
					if (!account || !isOwn) return done(Object.assign(new Error("not authorized"), { returnCode: 5 }), false);
					accounts.set(client, account);
					strangers.delete(client.conn as Gate);
					(client.conn as Gate).once("close", () => accounts.delete(client));
					done(null, true);
				},
				() => done(Object.assign(new Error("cannot look the account up"), { returnCode: 3 }), false),
			);
		},
		authorizePublish(client, packet, done) {
			if ("cmd" in packet && packet.cmd === "publish") settle(client);
			if (packet.topic.startsWith("$SYS/")) return done(new Error("$SYS/ topic is reserved"));
			if (!admit) return done(null);
			if (packet.retain) return done(deny(client, "a retained message"));
			done(accountOf(client)?.mayPublish(packet.topic) ? null : deny(client, `publish to ${packet.topic.slice(0, 120)}`));
		},
		authorizeSubscribe(client, subscription, done) {
			if (!admit || accountOf(client)?.maySubscribe(subscription.topic)) return done(null, subscription);
			deny(client, `subscribe to ${subscription.topic.slice(0, 120)}`);
			done(null, null);
		},
	});
	aedes.on("clientReady", (client) => (client.conn as Gate).open());
	aedes.on("clientError", () => {});
	aedes.on("connectionError", () => {});
	const limits = { ...defaultLimits, payloadBytes: linePayloadBytes, publishesPerSecond: 1_000_000, publishBurst: 1_000_000 };
	const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
		const address = socket.remoteAddress ?? "";
		const ofOne = (): number => [...strangers.values()].filter((each) => each === address).length;
		if (admit && (strangers.size >= strangersMost || ofOne() >= strangersOfOne)) return void socket.destroy();
		if (options.tls && !(socket as TLSSocket).encrypted && !isLoopbackAddress(address)) return void socket.destroy();
		const gate = createGate(socket, address, limits, () => {});
		strangers.set(gate, address);
		socket.once("close", () => strangers.delete(gate));
		aedes.handle(gate);
	});
	const tls: TlsToo | undefined = options.tls && speakTlsToo(server, options.tls, isLoopbackAddress);
	const listener = await opened(server, options.host, options.port).catch((error: unknown) => {
		// The timers of aedes would keep a process alive that could not start.
		aedes.close();
		throw error;
	});
	return {
		url: `${options.tls ? "mqtts" : "mqtt"}://${options.host.includes(":") ? `[${options.host}]` : options.host}:${listener.port}`,
		port: listener.port,
		drop(name) {
			for (const [client, account] of accounts) if (account.name === name) client.close();
		},
		renew: (files) => tls?.renew(files),
		async stop() {
			await new Promise<void>((resolve) => aedes.close(resolve));
			await listener.close();
		},
	};
}
