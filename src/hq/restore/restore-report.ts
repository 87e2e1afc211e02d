import type { HqRepository, RestoredStream } from "../../link/hq/repository.ts";

/** The sentence for a person at HQ, who may have restored the database or not know that it was restored. */
function sentenceOf(store: string, stream: string, { records, prices, articles, orders, again, whole }: RestoredStream): string {
	const parts = [
		[prices, "prices"],
		[articles, "articles"],
		[orders, "online orders"],
	] as const;
	const among = parts.flatMap(([n, what]) => (n > 0 ? [`${n} ${what}`] : []));
	return (
		`Head office's database is an older one: it came back from a backup. ` +
		`Store ${store} told back ${records} records (${stream}) that it had forgotten` +
		`${among.length > 0 ? `, among them ${among.join(", ")}` : ""}.` +
		`${again > 0 ? ` ${again} decisions made since were said again, so that they stay the newer ones.` : ""}` +
		`${whole ? "" : " The store no longer had all of it word for word; what its rows say was taken."} ` +
		`Nothing has to be done; the page of head office lists it.`
	);
}

/** Reports after each commit how many records a store gave back. */
export function reportingRestores(link: HqRepository, say: (sentence: string) => void): HqRepository {
	return {
		...link,
		async restore(store, stream, asked) {
			const back = await link.restore!(store, stream, asked);
			if (back.records > 0) say(sentenceOf(store, stream, back));
			return back;
		},
	};
}
