import type { UpStream } from "../../link/protocol/messages.ts";
import { checkRecord } from "../../link/protocol/records.ts";
import type { Db } from "../database/database.ts";
import { holdStore } from "../stores/stores.ts";
import { takeRecords } from "./facts.ts";

const recordsPerStep = 200;

interface ParkedRow {
	store: string;
	stream: UpStream;
	epoch: string;
	seq: number;
	body: string;
}

/** Called after an upgrade: applies, in their order, facts whose types the earlier build did not know. Answers how many. */
export async function unpark(db: Db): Promise<number> {
	let done = 0;
	let after: ParkedRow | undefined;
	for (;;) {
		const page: ParkedRow[] = await db.query<ParkedRow>(
			`SELECT store, stream, epoch, seq, body FROM parked WHERE (store, stream, epoch, seq) > ($1::text, $2::text, $3::text, $4::bigint)
			 ORDER BY store, stream, epoch, seq LIMIT $5`,
			[after?.store ?? "", after?.stream ?? "", after?.epoch ?? "", after?.seq ?? 0, recordsPerStep],
		);
		if (page.length === 0) return done;
		after = page.at(-1);
		for (const { store, stream, epoch, seq, body } of page) {
			const record = JSON.parse(body) as unknown;
			const checked = checkRecord(stream, record);
			if (checked.kind === "parked") continue;
			const poison = checked.kind === "poison" ? { poison: { code: checked.code, why: checked.why } } : {};
			await db.transaction(async (tx) => {
				await holdStore(tx, store);
				// Another process may have applied it already.
				const gone = await tx.query("DELETE FROM parked WHERE store = $1 AND stream = $2 AND epoch = $3 AND seq = $4 RETURNING 1", [
					store,
					stream,
					epoch,
					seq,
				]);
				if (gone.length === 0) return;
				await takeRecords(tx, store, {
					inc: 0,
					stream,
					epoch,
					from: seq,
					upTo: seq,
					hash: "",
					records: [{ seq, hash: "", record, ...poison }],
				});
				done += 1;
			});
		}
	}
}
