/**
 * Last wills of clients that speak MQTT 5, with their delay [MQTT5 3.1.3.2.2].
 *
 *   (none) ── CONNECT with a will ──▶ held ── connection ends ──▶ due ── delay over, or session over ──▶ said, gone
 *                                      │ DISCONNECT 0x00            │ the client is back before that, with its session
 *                                      ▼                            ▼
 *                                     gone                         gone
 *
 * A will is on disk while it is held or due. After a start, wills of clients that were connected when the gateway stopped are due
 * in `afterStartSeconds`, as those of MQTT 3.1.1 are: a gateway that stops publishes no wills.
 */
import { defined } from "../../words/defined.ts";
import type { Visitor } from "../access/rights.ts";
import type { Deadlines } from "../deadlines.ts";
import type { BrokerState, OpWriter } from "../ledger/session-log.ts";
import type { PublishPipeline } from "../routing/publish-pipeline.ts";
import type { Persistence } from "../session/persistence.ts";
import type { Will5 } from "./packets.ts";
import { noBytes } from "./properties.ts";

const afterStartSeconds = 240;
const againSeconds = 1;

interface Held {
	will: Will5;
	/** The rights of the client that left the will; undefined after a start. */
	visitor: Visitor | undefined;
	address: string;
	/** On the steady clock; undefined while its client is connected. */
	due: number | undefined;
	isLeaving: boolean;
}

export interface Wills5 {
	hold(client: string, will: Will5, visitor: Visitor, address: string): void;
	/** DISCONNECT 0x00 [MQTT5-3.14.4-3]. */
	drop(client: string): void;
	/** The client's connection ended in any other way; its session lives on for so many seconds. Resolves when wills due at once were said. */
	ended(client: string, sessionExpiry: number): Promise<void>;
	/** The client is back: with its session its will is over, without it is due. */
	back(client: string, continues: boolean): Promise<void>;
	isDue(client: string): boolean;
	/** Publishes the wills that are due. */
	look(): void;
}

export interface Wills5Deps {
	writer: Pick<OpWriter, "later">;
	kept: BrokerState["wills"];
	deadlines: Deadlines;
	persistence: Pick<Persistence, "noteWillOwner">;
	pipeline: Pick<PublishPipeline, "sender" | "take">;
	visitorOfOldWill: Visitor;
	isStopping(): boolean;
}

export function createWills5(deps: Wills5Deps): Wills5 {
	const { writer, deadlines, persistence, pipeline } = deps;
	const wills = new Map<string, Held>();
	const note = (client: string, { will, due }: Held): void => {
		const { topic, qos, retain, delay, expiry } = will;
		const payload = new Uint8Array(will.payload);
		const props = new Uint8Array(will.props);
		const kept = defined({ topic, qos, retain, payload, props, delay, expiry, due: due === undefined ? undefined : deadlines.toDisk(due) });
		writer.later({ op: "will", client, will: kept });
	};
	const drop = (client: string): void => {
		if (!wills.delete(client)) return;
		writer.later({ op: "will", client, will: null });
		persistence.noteWillOwner(client, undefined);
	};
	const say = (client: string, held: Held): Promise<void> => {
		// A client that the gateway itself cut off has not died: its will stays for the next start.
		if (held.isLeaving || deps.isStopping()) return Promise.resolve();
		held.isLeaving = true;
		const { topic, payload, qos, retain, props, expiry } = held.will;
		const deadline = expiry === undefined ? undefined : deadlines.inSeconds(expiry);
		const sender = pipeline.sender(client, held.address, held.visitor ?? deps.visitorOfOldWill);
		return new Promise((resolve) => {
			pipeline.take(sender, { topic, payload, qos, retain, props, deadline, from: client }, (error) => {
				held.isLeaving = false;
				if (error) held.due = deadlines.inSeconds(againSeconds);
				else if (wills.get(client) === held) drop(client);
				resolve();
			});
		});
	};
	for (const { client, topic, qos, retain, payload, props, delay, expiry, due } of deps.kept) {
		if (typeof delay !== "number") continue;
		const will = { topic, qos, retain, payload: Buffer.from(payload), props: props ? Buffer.from(props) : noBytes };
		wills.set(client, {
			will: { ...will, delay, expiry: expiry ?? undefined },
			visitor: undefined,
			address: "",
			due: typeof due === "number" ? deadlines.fromDisk(due) : deadlines.inSeconds(Math.max(afterStartSeconds, delay)),
			isLeaving: false,
		});
	}
	return {
		hold(client, will, visitor, address) {
			const held = { will, visitor, address, due: undefined, isLeaving: false };
			wills.set(client, held);
			note(client, held);
			persistence.noteWillOwner(client, visitor.account);
		},
		drop,
		async ended(client, sessionExpiry) {
			const held = wills.get(client);
			if (!held || held.due !== undefined) return;
			const seconds = Math.min(held.will.delay, sessionExpiry);
			held.due = deadlines.inSeconds(seconds);
			if (seconds === 0) return say(client, held);
			note(client, held);
		},
		async back(client, continues) {
			const held = wills.get(client);
			if (held?.due === undefined) return;
			if (continues) drop(client);
			else await say(client, held);
		},
		isDue: (client) => wills.get(client)?.due !== undefined,
		look() {
			for (const [client, held] of wills) if (held.due !== undefined && deadlines.isOver(held.due)) void say(client, held);
		},
	};
}
