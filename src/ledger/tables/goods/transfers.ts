import type { Transfer, TransferState } from "../../../words/transfers/transfer.ts";
import type { Connection } from "../../file/open.ts";

export function readTransfers(db: Connection) {
	const get = db.prepare<[string], { asked: string; body: string }>("SELECT asked, body FROM transfer WHERE id = ?");
	const list = db.prepare<[string, number], { body: string }>("SELECT body FROM transfer WHERE id > ? ORDER BY id LIMIT ?");
	const inState = db.prepare<[string, string, number], { body: string }>(
		"SELECT body FROM transfer WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
	);
	const transferIn = ({ body }: { body: string }): Transfer => JSON.parse(body) as Transfer;
	return {
		get(id: string): Transfer | undefined {
			const row = get.get(id);
			return row && transferIn(row);
		},
		/** Head office's plan, as text. */
		asked: (id: string): string | undefined => get.get(id)?.asked,
		/** By id. */
		list: ({ after, limit, state }: { after: string; limit: number; state?: TransferState | undefined }): Transfer[] =>
			(state === undefined ? list.all(after, limit) : inState.all(state, after, limit)).map(transferIn),
	};
}

export function writeTransfers(db: Connection) {
	const put = db.prepare("INSERT INTO transfer (id, state, asked, body) VALUES (?, ?, ?, ?)");
	const keep = db.prepare("UPDATE transfer SET state = ?, body = ? WHERE id = ?");
	return {
		put: (transfer: Transfer, asked: string): void => void put.run(transfer.id, transfer.state, asked, JSON.stringify(transfer)),
		keep: (transfer: Transfer): void => void keep.run(transfer.state, JSON.stringify(transfer), transfer.id),
	};
}
