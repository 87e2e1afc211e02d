import { createHash } from "node:crypto";

/** Characters of an id on the line to head office (link/protocol/nouns.ts); a few are left for whoever makes it unique. */
const most = 120;
const hashCharacters = 32;

/** An id made of several others. One that is too long for the line keeps its beginning, and a hash of all of it stands for the rest. */
export function fittingId(id: string): string {
	if (id.length <= most) return id;
	const hash = createHash("sha256").update(id).digest("hex").slice(0, hashCharacters);
	// Half a character would be left where the cut falls into one of two units.
	return `${id.slice(0, most - hashCharacters - 1).replace(/[\ud800-\udbff]$/, "")}~${hash}`;
}
