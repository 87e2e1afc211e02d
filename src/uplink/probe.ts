import { pack, readMessage } from "../link/protocol/envelope.ts";
import { clientIdOf, readTopic, storeFilter, topicOf } from "../link/protocol/ids.ts";
import { connectToBroker } from "./connection.ts";
import type { UplinkOptions } from "./uplink.ts";

export interface Heard {
	heardInMs: number;
	/** HQ's clock minus this box's, exact to the time that the answer took; undefined for an older HQ. */
	hqAheadMs: number | undefined;
}

/**
 * Tests the line with these credentials: asks about a session that does not exist, which HQ answers by asking for a hello. Resolves with
 * the milliseconds it took and HQ's clock, or with why it failed. `isOpen`: the broker let this box in, and only HQ did not answer.
 */
export function probeLine(
	{ url, tenant, store, credentials = {} }: Pick<UplinkOptions, "url" | "tenant" | "store" | "credentials">,
	withinMs: number,
): Promise<Heard | { why: string; isOpen: boolean }> {
	const began = performance.now();
	// A client id that no box has, so that a running gateway keeps its connection.
	const clientId = clientIdOf(tenant, store, 9_000_000_000 + process.pid);
	return new Promise((resolve) => {
		let isOpen = false;
		const end = (result: Heard | { why: string; isOpen: boolean }): void => {
			clearTimeout(timer);
			clearInterval(asking);
			connection.hangUp();
			resolve(result);
		};
		const ask = (): void => {
			const request = pack({ session: "probe", snapshot: "catalog" });
			connection.publish(topicOf({ tenant, store, direction: "up", channel: "req" }), request);
		};
		let asking: NodeJS.Timeout | undefined;
		const timer = setTimeout(() => end({ why: `head office did not answer within ${withinMs / 1_000} s`, isOpen }), withinMs);
		const connection = connectToBroker(url, { ...credentials, clientId }, storeFilter({ tenant, store }), {
			opened() {
				isOpen = true;
				ask();
				// HQ may be connecting to its broker just now.
				asking = setInterval(ask, 1_000);
			},
			lost: (why) => end({ why, isOpen }),
			arrived(topic, payload) {
				if (readTopic(topic)?.channel !== "hello") return;
				const read = readMessage("dn", "hello", payload);
				const now = read.kind === "message" && read.message.ch === "hello" ? read.message.body.now : undefined;
				end({ heardInMs: performance.now() - began, hqAheadMs: now === undefined ? undefined : Date.parse(now) - Date.now() });
			},
		});
	});
}
