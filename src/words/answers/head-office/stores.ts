import type { StoreEvent } from "../../event.ts";
import type { Instant } from "../../time.ts";
import type { LabelCounts } from "../labels.ts";

export interface StoreRow {
	id: string;
	incarnation: number;
	fenced: boolean;
	enrolledAt: Instant;
	/** When its last message came, to the minute. */
	lastContact: Instant | null;
	build: string | null;
	/** From the newest hello; null when the store could not tell. */
	offlineDaysLeft: number | null;
	/** Records HQ has for the store that the store has not committed yet. */
	waitingDown: number;
	deadLetters: number;
	/** Facts the store had kept for HQ and HQ had not taken, at the newest hello; null before the first. */
	factsWaiting: number | null;
	/** IANA name; null: not known. */
	timeZone: string | null;
	/** Alarms that stand in the store, by the facts HQ has. */
	alarms: { red: number; yellow: number; blue: number };
	/** Whether the store's kill switch is on: then no price comes into force there. */
	pricesFrozen: { since: Instant; reason: string | null; by: string | null } | null;
}

/** The same, as the API shows it. */
export interface StoreAtHq extends StoreRow {
	/** The same as `id`. */
	store: string;
	/** Whether it has a session with head office now. */
	connected: boolean;
	/** Null: head office knows no label of the store. */
	labels: LabelCounts | null;
}

/** A fact of a store; `n` is its number at head office. */
export type FactAtHq = StoreEvent & { n: number; stream: "facts" | "notes" };

/** A store as it was enrolled. Its box gets in by a code, where head office makes codes, else by a token. */
export interface EnrolAnswer {
	id: string;
	incarnation: number;
	/** A box is enrolled for the store, and no other one was asked for: then there is no code. */
	enrolled?: boolean;
	code?: string;
	expires?: Instant;
	/** The code as a picture, where it was asked for. */
	qr?: string;
	token?: string;
}

/** One group, with all its stores. */
export interface StoreGroup {
	group: string;
	stores: string[];
}

/** The groups of one store. `version` rises with each change; 0: it never had a group. */
export interface Membership {
	store: string;
	groups: string[];
	version: number;
	changedAt: Instant | null;
	changedBy: string | null;
}

export interface ChangedMembership extends Membership {
	/** Prices of groups that the store left, which stay until they end or are replaced. */
	staying: number;
	/** Prices of its new groups that it is sent, as a push; null: there are none. */
	caughtUp: { push: string | null; changes: number };
}

/** A box that another one replaced and that goes on: its facts are kept apart. */
export interface QuarantinedBox {
	/** The epoch of its facts, by which an act names the box. */
	box: string;
	stream: "facts" | "notes";
	incarnation: number;
	records: number;
	heardAt: Instant;
}

/** Records that a store gave back after head office's database was restored. */
export interface Restoration {
	at: Instant;
	store: string;
	stream: "catalog" | "stock" | "config";
	/** Records that no store had given back before. */
	records: number;
	prices: number;
	articles: number;
	orders: number;
	again: number;
	/** False: the store's received log was incomplete. */
	whole: boolean;
}
