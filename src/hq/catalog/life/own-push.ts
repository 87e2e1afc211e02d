import type { Instant } from "../../../words/time.ts";
import type { Queries } from "../../database/database.ts";
import { type Variant, writePush } from "../write-push.ts";

/** A push that HQ makes itself: to catch a store up, or to send again the prices from before a withdrawn push. */
interface OwnPush {
	/** The id contains a `~`, which no sender may use. The second push of one name gets a 2 at its end, and so on. */
	name: string;
	variants: readonly (Variant & { stores: string[] })[];
	stores: string[];
	now: Instant;
}

/** Writes the push; guard rails do not judge it, because its prices were judged before. Answers its id. */
export async function writeOwnPush(tx: Queries, { name, variants, stores, now }: OwnPush): Promise<string> {
	const [times] = await tx.query<{ n: number }>("SELECT count(*)::int AS n FROM push WHERE starts_with(id, $1)", [name]);
	const id = times!.n === 0 ? name : `${name}${times!.n + 1}`;
	const changes = Math.max(...variants.map((variant) => variant.changes.length));
	await tx.query(`INSERT INTO push (id, at, changes, accepted, rejected, targets, first_from) VALUES ($1, $2, $3, $3, '[]', $4, $2)`, [
		id,
		now,
		changes,
		JSON.stringify(stores),
	]);
	await writePush(tx, { id, variants, now, firstN: 1, head: { changes, stores }, isReleased: true });
	return id;
}
