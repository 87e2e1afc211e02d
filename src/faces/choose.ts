/** Which faces an article may be drawn with, the best first. */

import type { FaceFields } from "../words/label.ts";
import { FaceError } from "./fields.ts";
import { announcesReduction, hasOffers } from "./fields-in-words.ts";
import type { Face } from "./template.ts";

/**
 * The faces in order: the one that says that the article is recalled, the one that the shop named for the label, the one that fits the
 * article, the everyday one. A named face that is gone or lacks a field must not keep a price from the shelf. Throws FaceError
 * "face-unknown" when the folder has none of them. A reduction is announced only where the price before is known and was higher
 * (98/6/EC art. 6a); otherwise the price is shown plainly.
 */
export function facesFor(fields: FaceFields, faces: ReadonlyMap<string, Face>, wanted?: string): Face[] {
	const everyday = fields.weighed ? "per-kilo" : "regular";
	const reduced = announcesReduction(fields) ? "promotion" : undefined;
	const names = [fields.recall && "recalled", wanted, reduced, hasOffers(fields) ? "offer" : undefined, everyday, "regular"];
	const known = [...new Set(names)].flatMap((name) => (name === undefined ? [] : (faces.get(name) ?? [])));
	if (known.length === 0) throw new FaceError("face-unknown", { face: wanted ?? everyday, known: [...faces.keys()].join(", ") });
	return known;
}
