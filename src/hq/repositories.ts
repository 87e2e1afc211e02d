import type { PlaceApproval } from "../trust/approvers.ts";
import type { Instant } from "../words/time.ts";
import type { Db } from "./database/database.ts";
import { savedMappings } from "./mappings/saved-mappings.ts";
import { rerouteExpired } from "./orders/reroute.ts";
import { alarmRepository } from "./repositories/alarm-repository.ts";
import { lineRepository } from "./repositories/line-repository.ts";
import { memberRepository } from "./repositories/member-repository.ts";
import { orderRepository } from "./repositories/order-repository.ts";
import { pushRepository } from "./repositories/push-repository.ts";
import { announceRails, type NewsOf, type Shared, shareOver } from "./repositories/shared.ts";
import { stockRepository } from "./repositories/stock-repository.ts";
import { storeRepository } from "./repositories/store-repository.ts";
import { beginGeneration } from "./restore/generations.ts";
import { listRestorations } from "./restore/records.ts";
import { releaseRestore } from "./restore/sealed-only.ts";
import type { SealSigner } from "./streams/seals.ts";
import { announceToOtherEnds } from "./transfers/transfer-facts.ts";

export type Repositories = ReturnType<typeof openRepositories>;

/** All of HQ's nouns over one database: what HTTP asks for, and in `link` what the line needs. */
export function openRepositories(
	db: Db,
	tenant: string,
	clock: () => Instant = () => new Date().toISOString(),
	/** The tenant's, where it was configured. Left out: guard rails take that of the first push. */
	currency?: string,
	/** Left out: records go out unsealed. */
	signer?: SealSigner,
) {
	const shared = shareOver(db, { tenant, clock, currency });
	return {
		link: lineRepository(shared, signer),
		...restores(shared),
		...storeRepository(shared),
		...pushRepository(shared),
		...stockRepository(shared),
		...orderRepository(shared),
		...memberRepository(shared),
		...alarmRepository(shared),
		...savedMappings(db, clock),
		/** Another process of HQ committed records for a store. */
		announceFromElsewhere: (store: string, what: NewsOf) => shared.announce(store, what, "elsewhere"),
	};
}

/** HQ after its database was restored from a backup (decision 0011). */
function restores(shared: Shared) {
	const { db, clock } = shared;
	return {
		/** A start of HQ: until a store has greeted after it, nothing is sold from that store's grants. */
		async begin() {
			await beginGeneration(db, clock());
			await announceRails(shared);
			shared.announceAll(await rerouteExpired(db, clock()), "stock");
			shared.announceAll(await announceToOtherEnds(db), "stock");
		},
		/** A person confirms that the database was restored: records that HQ had sealed may be taken back from the stores. */
		releaseRestore: (by?: string, approval?: PlaceApproval) => releaseRestore(db, by, clock(), approval),
		/** Which records stores gave back. */
		restorations: (limit: number) => listRestorations(db, limit),
	};
}
