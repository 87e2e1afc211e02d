/**
 * Which records a restored HQ takes back from a store (decision 0011): only those that HQ's own key sealed for an audience that has the
 * store, and only after a person has confirmed that the database was restored. Every other record that a store gives back is left out.
 *
 *   a store has more records than HQ ──▶ HQ asks for them ──▶ none of them is sealed ──▶ they are dropped; HQ's history goes on
 *                                                     └──▶ sealed, and HQ lacks them ──▶ the restore waits ── released ──▶ HQ has them
 */
import type { HqRepository, RestoreQuestion } from "../../link/hq/repository.ts";
import type { DownStream } from "../../link/protocol/messages.ts";
import type { PlaceApproval } from "../../trust/approvers.ts";
import type { KeyList } from "../../trust/key-list.ts";
import { takeBackRefusal } from "../../trust/seal.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";

export interface RestoreOnlySealedDeps {
	link: HqRepository;
	db: Db;
	tenant: string;
	list: () => KeyList;
	/** Called with a sentence for a person at HQ, who may have restored the database or not know that it was restored. */
	notify: (sentence: string) => void;
}

interface Waiting {
	store: string;
	stream: DownStream;
	/** Sealed records that HQ has forgotten. */
	records: number;
}

/** The group `all` has every store of the tenant. */
const groups = { all: 1 };

export function restoreOnlySealed({ link, db, tenant, list, notify }: RestoreOnlySealedDeps): HqRepository {
	const waiting = new Map<string, Waiting>();

	/** The canonical texts of HQ's own records `from` to `upTo`, by number. */
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

	/** Numbers of the records that a seal of HQ proves. A seal proves a whole run, so its other records come from HQ's own. */
	function sealedNumbers(store: string, { received, seals = [] }: RestoreQuestion, own: ReadonlyMap<number, string>): Set<number> {
		const records = new Map<number, unknown>(received);
		for (const [seq, text] of own) if (!records.has(seq)) records.set(seq, JSON.parse(text));
		const proven = new Set<number>();
		for (const { from, n, leaf, proof, seal } of seals) {
			const run = Array.from({ length: n }, (_, at) => records.get(from + at));
			if (run.some((record) => record === undefined || record === null)) continue;
			const refusal = takeBackRefusal({ seal, from: leaf, records: run, proof }, { tenant, store, groups, list: list() });
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
				if (!waiting.has(store)) notify(waitsSentence(store, stream, forgotten));
				waiting.set(store, { store, stream, records: forgotten });
				throw new Error("what the store knows of head office's own words waits for a person's release");
			}
			if (refused > 0) notify(refusedSentence(store, stream, refused));
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

/** A release counts for the current generation of HQ's database; after another restore a new one is needed. */
async function isReleased(db: Db): Promise<boolean> {
	const rows = await db.query("SELECT 1 FROM restore_release WHERE generation = (SELECT max(n) FROM generation)");
	return rows.length > 0;
}

/** A person confirms that the database was restored: records that HQ had sealed may be taken back from every store. */
export async function releaseRestore(db: Db, by: string | undefined, now: Instant, approval?: PlaceApproval): Promise<void> {
	await db.transaction((tx) =>
		tx.query(
			`INSERT INTO restore_release (generation, at, by_whom, approval) SELECT max(n), $1, $2, $3 FROM generation HAVING max(n) IS NOT NULL
			 ON CONFLICT (generation) DO NOTHING`,
			[now, by ?? null, approval ? JSON.stringify(approval) : null],
		),
	);
}
