import type { Actor } from "../../words/actor.ts";
import type { RejectedRow } from "../../words/answers/head-office/pushes.ts";
import type { AskedWave } from "../../words/answers/head-office/waves.ts";
import type { ArticleFields } from "../../words/article.ts";
import type { PriceKind, PriceTerms } from "../../words/prices/price.ts";
import type { Queries } from "../database/database.ts";
import type { ChangeParts, SayHowFar } from "../intake/change-parts.ts";
import { HqRefusal } from "../refusal.ts";
import { storesOfGroup } from "../stores/groups.ts";
import type { PackedFile } from "./kept/push-file.ts";
import type { AskedTime } from "./times.ts";

/** The stores that a push is for. A group is resolved when the push is written, and again for changes that are released later. */
export type PushTargets = readonly string[] | "all" | { group: string };

export interface PriceChange extends PriceTerms {
	sku: string;
	amountMinor: number;
	currency: string;
	kind: PriceKind;
	from?: AskedTime;
	until?: AskedTime;
	article: ArticleFields;
}

export interface AskedPush {
	id: string;
	stores: PushTargets;
	effectiveAt?: AskedTime | undefined;
	/** Left out: all stores get it at once. */
	waves?: readonly AskedWave[] | undefined;
	changes: readonly PriceChange[];
	rejected: readonly RejectedRow[];
	/** All refused rows. Left out: `rejected` names them all. */
	rejectedCount?: number;
	/** As it was uploaded. Left out: the push is no file. */
	file?: PackedFile | undefined;
	/** The author. Left out: head office itself, such as a demo's first catalog, which guard rails do not judge. */
	by?: Actor | undefined;
}

/** A push whose changes come in parts, because they are too many for the memory. */
export interface LargePush extends Omit<AskedPush, "changes"> {
	changes?: undefined;
	parts: ChangeParts;
	/** All refused rows; `rejected` names the first of them. */
	rejectedCount: number;
	/** Called with what is done, and how far it is, 0 to 1. */
	progress?: SayHowFar;
}

export interface AddressedStore {
	id: string;
	timeZone: string;
}

/** The addressed stores in order of name, so that two pushes take the streams' locks in the same order. */
export async function addressedStores(tx: Queries, targets: PushTargets): Promise<AddressedStore[]> {
	const asked = typeof targets === "object" && "group" in targets ? await storesOfGroup(tx, targets.group) : targets;
	const known = await tx.query<AddressedStore>(
		`SELECT id, coalesce(time_zone, 'UTC') AS "timeZone" FROM store WHERE $1::text[] IS NULL OR id = ANY($1) ORDER BY id`,
		[asked === "all" ? null : asked],
	);
	if (asked !== "all") {
		const ids = new Set(known.map(({ id }) => id));
		const unknown = [...new Set(asked)].filter((id) => !ids.has(id));
		if (unknown.length > 0)
			throw new HqRefusal("stores-unknown", `Not enrolled: ${unknown.join(", ")}. Enroll them first (gondola hq enroll STORE).`);
	}
	if (known.length === 0) throw new HqRefusal("no-stores", "No store is enrolled yet (gondola hq enroll STORE).");
	return known;
}

/** The stores as `GET /pushes/{id}` names them: all, a list, or the group's stores. */
export const namedStores = (targets: PushTargets, stores: readonly AddressedStore[]): "all" | readonly string[] =>
	targets === "all" ? targets : "group" in targets ? stores.map(({ id }) => id) : targets;
