import type { StoreLedger } from "../../flows/flows.ts";
import { keepBoxTrust, readBox } from "../../trust/box.ts";
import { openStoreTrust, type StoreTrust } from "../../trust/store-trust.ts";

/**
 * Whose word the box takes on its line: what it learned when it enrolled. Undefined for a box that never did: it believes everybody who
 * may speak on its line, as older builds do, and says so by an alarm. Throws a sentence when its files are damaged or another store's.
 */
export async function openLineTrust(
	{ data, store, tenant, hq }: { data: string; store: string; tenant: string; hq?: unknown },
	ledger: StoreLedger,
): Promise<StoreTrust | undefined> {
	const box = hq === undefined ? undefined : readBox(data);
	if (hq !== undefined && !box) {
		await ledger.do("raiseAlarm", { code: "hq-unsealed", subject: "hq", facts: { device: "hq", store } });
		return undefined;
	}
	await ledger.do("clearAlarm", { code: "hq-unsealed", subject: "hq" });
	if (!box) return undefined;
	if (box.store !== store || box.tenant !== tenant)
		throw new Error(
			`this box is enrolled as store ${box.store} of tenant ${box.tenant}, the configuration says ${store} of ${tenant}. ` +
				`Correct it, or enroll the box again: gondola enroll CODE.`,
		);
	return openStoreTrust(box, (roots, keyList) => keepBoxTrust(data, { ...box, roots, keyList }));
}
