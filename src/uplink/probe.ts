import { pack } from "../link/protocol/envelope.ts";
import { clientIdOf, readTopic, storeFilter, topicOf } from "../link/protocol/ids.ts";
import { connectToBroker } from "./connection.ts";
import type { UplinkOptions } from "./uplink.ts";

/**
 * Whether head office hears this store and the store hears head office, with these credentials. Asks something of a session that does not
 * exist; head office answers by asking for a hello. Resolves with the milliseconds it took, or why it did not.
 */
export function probeLine(
	{ url, tenant, store, credentials = {} }: Pick<UplinkOptions, "url" | "tenant" | "store" | "credentials">,
	withinMs: number,
): Promise<{ heardInMs: number } | { why: string }> {
	const began = performance.now();
	// No incarnation is so high: the gateway's own connection, if it runs, stays.
	const clientId = clientIdOf(tenant, store, 9_000_000_000 + process.pid);
	return new Promise((resolve) => {
		const end = (result: { heardInMs: number } | { why: string }): void => {
			clearTimeout(timer);
			clearInterval(asking);
			call.hangUp();
			resolve(result);
		};
		const ask = (): void => {
			const request = pack({ session: "probe", snapshot: "catalog" });
			call.publish(topicOf({ tenant, store, direction: "up", channel: "req" }), request);
		};
		let asking: NodeJS.Timeout | undefined;
		const timer = setTimeout(() => end({ why: `head office did not answer within ${withinMs / 1_000} s` }), withinMs);
		const call = connectToBroker(url, { ...credentials, clientId }, storeFilter({ tenant, store }), {
			opened() {
				ask();
				// Head office may just be connecting to its broker itself.
				asking = setInterval(ask, 1_000);
			},
			lost: (why) => end({ why }),
			arrived(topic) {
				if (readTopic(topic)?.channel === "hello") end({ heardInMs: performance.now() - began });
			},
		});
	});
}
