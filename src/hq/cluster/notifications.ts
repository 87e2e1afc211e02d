import type { DownStream } from "../../link/protocol/messages.ts";
import { downStreams } from "../../link/protocol/messages.ts";
import type { Db } from "../database/database.ts";
import type { NewsOf } from "../repositories/shared.ts";
import type { Repositories } from "../repositories.ts";

/**
 * Announces committed records to the other HQ processes, because another one may hold the store's shard: for example when a push
 * came to this process by HTTP.
 */
export interface Notifications {
	heard(text: string): void;
	/** Looks for changes whose notification was lost: sent while this process did not listen, or never sent because its process died. */
	look(): Promise<void>;
	stop(): void;
}

/** PostgreSQL takes 8,000 bytes; a store's name has 32 at most. */
const storesPerMessage = 200;

export const newsChannel = "gondola_news";

export function shareNotifications(db: Db, repositories: Repositories, owner: string, report: (error: unknown) => void): Notifications {
	const unsent = new Map<NewsOf, Set<string>>();

	function sendAll(): void {
		for (const [stream, stores] of unsent) {
			const all = [...stores];
			for (let from = 0; from < all.length; from += storesPerMessage) {
				const text = [owner, stream, ...all.slice(from, from + storesPerMessage)].join(" ");
				db.query("SELECT pg_notify($1, $2)", [newsChannel, text]).catch(report);
			}
		}
		unsent.clear();
	}

	const stop = repositories.link.onNews((store, what, from) => {
		if (from === "elsewhere") return;
		if (unsent.size === 0) setImmediate(sendAll);
		unsent.set(what, (unsent.get(what) ?? new Set()).add(store));
	});
	return {
		stop,
		heard(text) {
			const [by, what, ...stores] = text.split(" ");
			const known = ([...downStreams, "place"] as const).find((each) => each === what);
			if (by !== owner && known) for (const store of stores) repositories.announceFromElsewhere(store, known);
		},
		async look() {
			const rows = await db.query<{ store: string; stream: DownStream }>("SELECT store, stream FROM down_stream WHERE last > handed");
			for (const { store, stream } of rows) repositories.announceFromElsewhere(store, stream);
		},
	};
}
