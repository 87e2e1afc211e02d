import type { Db } from "../../../../src/hq/database/database.ts";
import { restoreOnlySealed } from "../../../../src/hq/restore/sealed-only.ts";
import type { HqRepository } from "../../../../src/link/hq/repository.ts";
import type { SealedRecord } from "../../../../src/link/machine/sender.ts";
import { sealRecords } from "../../../../src/trust/seal.ts";
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import type { Office } from "../office/office-model.ts";
import type { World } from "../time.ts";
import type { SimulatedKeys } from "./keys.ts";

const sealBytes = 900;

/** Head office's book with seals: what of a page no seal names yet is sealed together, for the store that hears it. */
export function sealedOffice(world: World, office: Office, keys: SimulatedKeys): HqRepository {
	const sealed = new Map<string, SealedRecord>();
	let seals = 0;
	const released = { query: async () => [{ released: true }] } as unknown as Db;
	const link: HqRepository = {
		...office.link,
		keysOf: async (store) => keys.onRecord(store, office.of(store).inc),
		async downAfter(store, stream, after, limit) {
			const rows = (await office.link.downAfter(store, stream, after, limit)).map((row) => ({ ...row, text: canonicalText(row.record) }));
			const nameOf = (text: string): string => `${store} ${stream} ${text}`;
			const missing = [...new Set(rows.map(({ text }) => text))].filter((text) => !sealed.has(nameOf(text)));
			if (missing.length > 0) {
				const kind = stream === "catalog" ? "push" : "delivery";
				const head = { id: `seal-${(seals += 1)}`, tenant: "t", kind, at: new Date(world.trueMs()).toISOString() } as const;
				const { seal, prove } = sealRecords({ ...head, audience: { stores: [store] } }, missing, keys.line);
				missing.forEach((text, leaf) => sealed.set(nameOf(text), { seal, leaf, bytes: sealBytes, prove }));
			}
			return rows.map(({ text, ...row }) => ({ ...row, sealed: sealed.get(nameOf(text))! }));
		},
	};
	return restoreOnlySealed({
		link,
		db: released,
		tenant: "t",
		list: () => keys.hq.list(),
		notify: () => world.saw("a store's word was left out"),
	});
}
