/** Handles aedes' events: a client of MQTT 3.1 or 3.1.1 joins the registry with its CONNACK, and leaves it when its connection closes. */
import type { Aedes, Client } from "aedes";
import type { Gate } from "../connection/gate-port.ts";
import type { Connected, Registry } from "../connection/registry.ts";
import { trimClient } from "../session/aedes-memory.ts";
import type { Persistence } from "../session/persistence.ts";
import type { AedesHooks } from "./hooks.ts";
import type { Visitor } from "./rights.ts";

export interface WelcomeDeps {
	persistence: Persistence;
	registry: Registry;
	visitorOf(client: Client): Visitor | undefined;
	/** Cuts the connection if its account was revoked or changed since it was admitted; answers whether it did. */
	cutIfRevoked(connected: Connected): boolean;
	hooks: AedesHooks;
	clientOf(id: string): Client | undefined;
	/** Called before aedes asks for the retained messages of a new subscription. */
	asks(client: Client): void;
}

/** Does the work that follows a CONNACK, a SUBACK and an UNSUBACK. */
export function welcomeClients(aedes: Aedes, deps: WelcomeDeps): void {
	const { persistence, registry, visitorOf, hooks, clientOf, asks } = deps;
	aedes.on("clientReady", (client) => {
		const gate = client.conn as Gate;
		const connected = connectedOf(client, deps);
		// Of two CONNECTs in the same moment the second is the newer.
		if (registry.get(client.id)?.version === 5) void registry.get(client.id)!.makeWay();
		registry.add(connected);
		if (!client.clean) persistence.clientReady(client.id, visitorOf(client)?.account ?? null);
		gate.once("close", () => {
			const isTaken = registry.get(client.id) !== connected;
			registry.remove(connected);
			// The client has a new connection and is not gone.
			if (client.clean || isTaken || (clientOf(client.id) !== undefined && clientOf(client.id) !== client)) return;
			persistence.clientGone(client.id);
		});
		if (deps.cutIfRevoked(connected)) return;
		gate.open(hooks.takerFor(client));
		trimClient(client);
	});
	aedes.on("subscribe", (_, client) => {
		asks(client);
		(client.conn as Gate).answered();
	});
	aedes.on("unsubscribe", (filters, client) => {
		hooks.unsubscribed(client, filters);
		(client.conn as Gate).answered();
	});
	aedes.on("clientError", () => {});
	aedes.on("connectionError", () => {});
}

function connectedOf(client: Client, { registry, visitorOf }: WelcomeDeps): Connected {
	const gate = client.conn as Gate;
	const connected: Connected = {
		...{ client: client.id, version: 3, conn: gate, visitor: visitorOf(client)!, isKept: !client.clean, connected: true },
		makeWay: () =>
			new Promise((resolve) => {
				registry.remove(connected);
				// aedes publishes its will, where it has one, and closes the gate.
				client.close(resolve);
			}),
		cut: () => void gate.destroy(),
	};
	return connected;
}
