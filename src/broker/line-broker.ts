/** A line broker that remembers nothing: head office's end of the line in the demo, where HQ and stores keep their own truth. */
import { Aedes, type Client } from "aedes";
import { createGate, type Gate } from "./connection/gate.ts";
import { listenTcp } from "./connection/listeners.ts";
import { defaultLimits } from "./limits.ts";

/** A page of catalog records is larger than anything on a store's LAN. */
const linePayloadBytes = 16 * 1024 * 1024;

export interface PlainBroker {
	url: string;
	port: number;
	stop(): Promise<void>;
}

export async function startPlainBroker(options: { host: string; port: number }): Promise<PlainBroker> {
	const settle = (client: Client | null): void => (client?.conn as Gate | undefined)?.settled();
	const aedes = await Aedes.createBroker({
		concurrency: 0,
		drainTimeout: defaultLimits.stuckMs,
		authorizePublish(client, packet, done) {
			if (packet.cmd === "publish") settle(client);
			done(packet.topic.startsWith("$SYS/") ? new Error("$SYS/ topic is reserved") : null);
		},
	});
	aedes.on("clientReady", (client) => (client.conn as Gate).open());
	aedes.on("clientError", () => {});
	aedes.on("connectionError", () => {});
	const limits = { ...defaultLimits, payloadBytes: linePayloadBytes, publishesPerSecond: 1_000_000, publishBurst: 1_000_000 };
	const listener = await listenTcp(options.host, options.port, (socket, address) => {
		aedes.handle(createGate(socket, address, limits, () => {}));
	});
	return {
		url: `mqtt://${options.host}:${listener.port}`,
		port: listener.port,
		async stop() {
			await new Promise<void>((resolve) => aedes.close(resolve));
			await listener.close();
		},
	};
}
