import type { Instant } from "../../../words/time.ts";
import type { Queries } from "../../database/database.ts";
import { HqRefusal } from "../../refusal.ts";
import type { PushTargets } from "../pushes.ts";

export interface PushOnFile {
	id: string;
	at: Instant;
	changes: number;
	accepted: number;
	author: string | null;
	targets: PushTargets | null;
	effectiveAt: string | null;
	withdrawnAt: Instant | null;
}

/** The push, locked until the transaction ends. Throws push-unknown. */
export async function holdPushRow(tx: Queries, id: string): Promise<PushOnFile> {
	// The counter is locked before the push: whatever gives versions locks it first.
	await tx.query("SELECT last FROM counter FOR UPDATE");
	const [row] = await tx.query<Omit<PushOnFile, "targets"> & { targets: string | null }>(
		`SELECT id, at, changes, coalesce(accepted, changes) AS accepted, author, targets, effective_at AS "effectiveAt",
			withdrawn_at AS "withdrawnAt" FROM push WHERE id = $1 FOR UPDATE`,
		[id],
	);
	if (!row) throw new HqRefusal("push-unknown", `No push has the id ${id}. GET /api/v1/pushes lists the newest.`);
	return { ...row, targets: row.targets === null ? null : (JSON.parse(row.targets) as PushOnFile["targets"]) };
}

export const requireNotWithdrawn = ({ id, withdrawnAt }: PushOnFile): void => {
	if (withdrawnAt !== null)
		throw new HqRefusal("push-withdrawn", `Push ${id} was withdrawn at ${withdrawnAt}. Push it anew under another id.`);
};
