/**
 * What a restored HQ takes back from a store (decision 0011): only records that HQ's own key sealed, for an audience that has the store;
 * and only once a person has said that the database was restored. Whatever else a store says HQ had said is left out.
 *
 *   a store knows more ──▶ recalled ──▶ nothing of it is sealed ──▶ its branch ends, HQ's goes on
 *                                  └──▶ sealed, not known to HQ ──▶ waits, the store sells on ── released ──▶ HQ's own again
 */
import type { HqRepository, RestoreQuestion } from "../../link/hq/repository.ts";
import { canonicalText } from "../../link/protocol/chain.ts";
import type { DownStream } from "../../link/protocol/messages.ts";
import type { KeyList } from "../../trust/key-list.ts";
import { learnBackRefusal } from "../../trust/seal.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";

export interface OwnWordDeps {
	link: HqRepository;
	db: Db;
	tenant: string;
	list: () => KeyList;
	/** To the person who restored the database, or who does not know that it happened. */
	tell: (sentence: string) => void;
}

interface Waiting {
	store: string;
	stream: DownStream;
	/** Sealed records that HQ has forgotten. */
	records: number;
}

/** Every store of the tenant is in it. */
const groups = { all: 1 };

export function ownWordOnly({ link, db, tenant, list, tell }: OwnWordDeps): HqRepository {
	const waiting = new Map<string, Waiting>();

	/** HQ's own records from `from` on, by number. */
	async function ownTexts(store: string, stream: DownStream, from: number, upTo: number): Promise<Map<number, string>> {
		const texts = new Map<number, string>();
		for (let after = from - 1; after < upTo; ) {
			const rows = await link.downAfter(store, stream, after, Math.min(2_000, upTo - after));
			if (rows.length === 0) break;
			for (const { seq, record } of rows) texts.set(seq, canonicalText(record));
			after = rows.at(-1)!.seq;
		}
		return texts;
	}

	/** Numbers of what the store says that HQ sealed, each with the rest of its run. */
	function sealedNumbers(store: string, { received, seals = [] }: RestoreQuestion, own: ReadonlyMap<number, string>): Set<number> {
		const records = new Map<number, unknown>(received);
		for (const [seq, text] of own) if (!records.has(seq)) records.set(seq, JSON.parse(text));
		const proven = new Set<number>();
		for (const { from, n, leaf, proof, seal } of seals) {
			const run = Array.from({ length: n }, (_, at) => records.get(from + at));
			if (run.some((record) => record === undefined || record === null)) continue;
			const refusal = learnBackRefusal({ seal, from: leaf, records: run, proof }, { tenant, store, groups, list: list() });
			if (refusal === undefined) run.forEach((_, at) => proven.add(from + at));
		}
		return proven;
	}

	return {
		...link,
		async restoreWaits(store) {
			if (!waiting.has(store)) return false;
			if (!(await isReleased(db))) return true;
			waiting.delete(store);
			return false;
		},
		async restore(store, stream, asked) {
			const first = Math.min(asked.after, ...(asked.seals ?? []).map(({ from }) => from));
			const own = await ownTexts(store, stream, Math.max(1, first), asked.position);
			const proven = sealedNumbers(store, asked, own);
			const received = asked.received.map(([seq, record]) => [seq, proven.has(seq) ? record : null] as const);
			const refused = received.filter(([, record]) => record === null).length + asked.rows.length;
			const forgotten = received.filter(([seq, record]) => record !== null && canonicalText(record) !== own.get(seq)).length;
			if (forgotten > 0 && !(await isReleased(db))) {
				if (!waiting.has(store)) tell(waitsSentence(store, stream, forgotten));
				waiting.set(store, { store, stream, records: forgotten });
				throw new Error("what the store knows of head office's own words waits for a person's release");
			}
			if (refused > 0) tell(refusedSentence(store, stream, refused));
			const restored = await link.restore!(store, stream, { ...asked, received, rows: [] });
			return refused > 0 ? { ...restored, refused: true as const } : restored;
		},
	};
}

function waitsSentence(store: string, stream: string, records: number): string {
	return (
		`Store ${store} has ${records} records (${stream}) that head office sealed and does not remember: the database came back from a ` +
		`backup. Nothing of them is taken yet. If you restored it, say so: gondola hq restorations release. ` +
		`If nobody did, look who changed the database. The store sells on, and waits.`
	);
}

function refusedSentence(store: string, stream: string, records: number): string {
	return (
		`Store ${store} said that head office had told it ${records} records (${stream}) which head office never sealed, or which it no longer ` +
		`has word for word. They were left out, and reach no other store.`
	);
}

/** In the generation that lives: the next restore waits again. */
async function isReleased(db: Db): Promise<boolean> {
	const rows = await db.query("SELECT 1 FROM restore_release WHERE generation = (SELECT max(n) FROM generation)");
	return rows.length > 0;
}

/** A person says that the database was restored: what HQ had sealed may be learned back, from every store. */
export async function releaseRestore(db: Db, by: string | undefined, now: Instant): Promise<void> {
	await db.transaction((tx) =>
		tx.query(
			`INSERT INTO restore_release (generation, at, by_whom) SELECT max(n), $1, $2 FROM generation HAVING max(n) IS NOT NULL
			 ON CONFLICT (generation) DO NOTHING`,
			[now, by ?? null],
		),
	);
}
