import type { DownRecord } from "../../../../src/link/hq/repository.ts";
import type { StreamPosition, UpStream } from "../../../../src/link/protocol/messages.ts";
import type { StoreEvent } from "../../../../src/words/event.ts";
import type { Grant, Movement } from "../../../../src/words/stock.ts";
import { type Checkpoints } from "../../../../src/words/streams/checkpoints.ts";
import { type Hand } from "../store/stock-sum.ts";
import { type Places } from "./office-places.ts";

export interface Taken {
	stream: UpStream;
	epoch: string;
	seq: number;
	hash: string;
	record: unknown;
	kind: "fact" | "dead" | "parked" | "known";
	/** Its id here: another fact may bear the store's. */
	keptAs: string;
}
/** `n`: HQ's number for it. `isLost`: it had been forgotten. */
export type OfficeRow = DownRecord & { n: number; isLost?: boolean };
export interface Down {
	epoch: string;
	rows: OfficeRow[];
	acked: number;
}

/** What HQ keeps of one store. Maps and rows are copied for a backup; rows are replaced, never changed. */
export interface AtOffice {
	inc: number;
	current: Map<UpStream, string>;
	up: Map<string, StreamPosition & { base: StreamPosition; marks: Checkpoints }>;
	/** Everything taken, in the order of commits. */
	taken: Taken[];
	facts: Map<string, StoreEvent>;
	lost: { stream: UpStream; epoch: string; from: number; to: number; why: string }[];
	down: Record<"catalog" | "stock", Down>;
	movements: Map<string, Movement>;
	hands: Map<string, Hand>;
	grants: Map<string, Grant>;
	asked: Set<string>;
	orders: Map<string, { sku: string; quantity: number }>;
	/** What was taken from which grant, by the part of the order. */
	takes: Map<string, { grant: string; sku: string; quantity: number }>;
	/** The generation of HQ in which both compared what they know. */
	greetedIn: number;
	places: Places;
	/** The highest incarnation that greeted: from then on nothing of a lower one may take effect. */
	heardInc: number;
	heardAtMs: number;
}
