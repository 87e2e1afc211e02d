/** A sale is signed by one device: which of two would be left to chance. */
export function fiscalFaults(devices: readonly { id: string; family?: string }[]): { path: PropertyKey[]; sentence: string }[] {
	const all = devices.flatMap(({ family, id }, at) => (family === "fiscal" ? [{ id, at }] : []));
	return all.slice(1).map(({ id, at }) => ({
		path: ["devices", at],
		sentence: `a store has one fiscal device; ${all[0]!.id} is one already, so take ${id} out.`,
	}));
}
