/** Parts that HQ's repositories share, and the announcement of committed records. */
import type { DownStream } from "../../link/protocol/messages.ts";
import type { Instant } from "../../words/time.ts";
import * as rails from "../catalog/guard-rails.ts";
import type { Db } from "../database/database.ts";
import { type ChainReader, openChainReader } from "../streams/chain-reader.ts";

/** Records of a stream, or `place`: who may be the store's box has changed. */
export type NewsOf = DownStream | "place";

/** Called after a commit for a store: by this process (`here`) or by another one on the same database. */
export type NewsCallback = (store: string, what: NewsOf, from: "here" | "elsewhere") => void;

export interface News {
	/** Calls every callback. */
	announce(store: string, what: NewsOf, from?: "here" | "elsewhere"): void;
	announceAll(stores: readonly string[], stream: DownStream): void;
	/** Answers with a function that ends the listening. */
	onNews(callback: NewsCallback): () => void;
}

function openNews(): News {
	const callbacks = new Set<NewsCallback>();
	const announce: News["announce"] = (store, what, from = "here") => {
		for (const callback of callbacks) callback(store, what, from);
	};
	return {
		announce,
		announceAll: (stores, stream) => stores.forEach((store) => announce(store, stream)),
		onNews(callback) {
			callbacks.add(callback);
			return () => void callbacks.delete(callback);
		},
	};
}

export interface Shared extends News {
	readonly db: Db;
	readonly chains: ChainReader;
	readonly tenant: string;
	readonly clock: () => Instant;
	/** The currency that was configured for the tenant. Left out: guard rails take that of the first push. */
	readonly currency: string | undefined;
}

export function shareOver(db: Db, given: { tenant: string; clock: () => Instant; currency: string | undefined }): Shared {
	return { db, chains: openChainReader(db), ...given, ...openNews() };
}

/** Sends guard rails to the stores, or to some of them, where they are not the ones that were sent last. */
export async function announceRails({ db, currency, announceAll }: Shared, stores?: readonly string[]): Promise<void> {
	announceAll(await db.transaction((tx) => rails.announceRails(tx, stores, currency)), "config");
}
