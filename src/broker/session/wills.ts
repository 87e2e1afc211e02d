/** Last wills of MQTT 3.1.1, kept on disk so that a gateway that was killed can publish those of clients that do not come back. */
import { Readable } from "node:stream";
import type { BrokerState, KeptWill, OpWriter } from "../ledger/session-log.ts";
import { readWillOwners, willOwnerOp } from "../ledger/session-records.ts";
import type { AnyClient, AnyPacket } from "./aedes-types.ts";

/**
 * The broker id of restored wills. aedes publishes the wills of brokers whose heartbeat has stopped, and those that were kept before a
 * restart are of such a broker.
 */
const restoredBrokerId = "before-restart";

export function createWills(
	writer: Pick<OpWriter, "later">,
	state: Pick<BrokerState, "wills" | "retained">,
	brokerId: () => string,
	rights: { accountOf(client: AnyClient): string | null | undefined; mayRetain(client: AnyClient, topic: string): boolean },
) {
	const wills = new Map<string, AnyPacket>();
	const owners = readWillOwners(state.retained);
	return {
		/** The account that left this client id's last will; null: a program without one; undefined: there is none, or nobody noted whose. */
		ownerOf: (client: string): string | null | undefined => owners.get(client),
		/** Whose will is kept under this client id; undefined: none any more. */
		noteOwner(client: string, account: string | null | undefined): void {
			if (account === undefined) {
				if (owners.delete(client)) writer.later(willOwnerOp(client, null));
				return;
			}
			owners.set(client, account);
			writer.later(willOwnerOp(client, { account }));
		},
		/** Removes the will of a client of MQTT 3.1.1 that was not published yet. */
		drop(client: string): void {
			if (wills.delete(client)) writer.later({ op: "will", client, will: null });
		},
		/** Deletes the last wills of this account: nobody with the right to their topics is left. */
		forgetAccount(account: string): void {
			for (const [client, owner] of owners) {
				if (owner !== account) continue;
				wills.delete(client);
				owners.delete(client);
				writer.later({ op: "will", client, will: null });
				writer.later(willOwnerOp(client, null));
			}
		},
		/** Into the running broker's memory, once. */
		load(): void {
			for (const { client, topic, qos, retain, payload, delay } of state.wills) {
				// Those of MQTT 5 are looked after by v5/wills.ts.
				if (typeof delay === "number") continue;
				wills.set(client, { topic, qos, retain, payload: Buffer.from(payload), clientId: client, brokerId: restoredBrokerId });
			}
		},
		asked: {
			async putWill(client: AnyClient, packet: AnyPacket) {
				packet.brokerId = brokerId();
				packet.clientId = client.id;
				wills.set(client.id, packet);
				const payload = new Uint8Array(packet.payload ?? Buffer.alloc(0));
				// After a restart the rights of the client that left it are unknown.
				const retain = packet.retain === true && rights.mayRetain(client, packet.topic!);
				const will: KeptWill = { topic: packet.topic!, qos: packet.qos ?? 0, retain, payload };
				writer.later({ op: "will", client: client.id, will });
				const account = rights.accountOf(client);
				if (account === undefined) return;
				owners.set(client.id, account);
				writer.later(willOwnerOp(client.id, { account }));
			},
			async getWill(client: AnyClient) {
				return wills.get(client.id);
			},
			async delWill(client: AnyClient) {
				const will = wills.get(client.id);
				if (will) writer.later({ op: "will", client: client.id, will: null });
				if (owners.delete(client.id)) writer.later(willOwnerOp(client.id, null));
				wills.delete(client.id);
				return will;
			},
			streamWill(brokers: Record<string, unknown> = {}) {
				return Readable.from([...wills.values()].filter((will) => !brokers[will.brokerId!]));
			},
		},
	};
}
