import { pack } from "../link/protocol/envelope.ts";
import { clientIdOf, readTopic, storeFilter, topicOf } from "../link/protocol/ids.ts";
import { connectToBroker } from "./connection.ts";
import type { UplinkOptions } from "./uplink.ts";

/**
 * Tests the line with these credentials: asks about a session that does not exist, which HQ answers by asking for a hello. Resolves with
 * the milliseconds it took, or with why it failed.
 */
export function probeLine(
	{ url, tenant, store, credentials = {} }: Pick<UplinkOptions, "url" | "tenant" | "store" | "credentials">,
	withinMs: number,
): Promise<{ heardInMs: number } | { why: string }> {
	const began = performance.now();
	// A client id that no box has, so that a running gateway keeps its connection.
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
				// HQ may be connecting to its broker just now.
				asking = setInterval(ask, 1_000);
			},
			lost: (why) => end({ why }),
			arrived(topic) {
				if (readTopic(topic)?.channel === "hello") end({ heardInMs: performance.now() - began });
			},
		});
	});
}
