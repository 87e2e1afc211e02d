/** Who may come in at the desks of tests. */

import { openDirectory } from "../../src/access/directory.ts";
import { type AccessRecords, type AccessRepository, noRecords } from "../../src/access/records.ts";

/** Kept in memory. */
export function memoryRecords(): AccessRepository {
	let records: AccessRecords = noRecords();
	let version = 0;
	return {
		version: () => String(version),
		load: () => records,
		async update(edit) {
			const draft = structuredClone(records);
			const result = edit(draft);
			records = draft;
			version += 1;
			return result;
		},
	};
}

/** As in the demo: whoever asks from this machine may do everything. */
export const openDesk = () => ({
	access: { directory: openDirectory({ site: "gateway", repository: memoryRecords() }), isDemo: true },
	audit() {},
});
