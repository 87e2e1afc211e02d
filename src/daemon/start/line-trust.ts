import type { StoreLedger } from "../../flows/flows.ts";
import { keepBoxTrust, readBox } from "../../trust/box.ts";
import { openStoreTrust, type StoreTrust } from "../../trust/store-trust.ts";

/**
 * The public keys of head office that the box received when it enrolled, by which it checks messages on its line. Undefined for a
 * box that never enrolled: like older builds it believes everybody who may publish on its line, and raises an alarm about it.
 * Throws a sentence when its files are damaged or belong to another store.
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
	return openStoreTrust(box, (roots, keyList, approvers) => keepBoxTrust(data, { ...box, roots, keyList, approvers }));
}
