/** Which face an article gets when the shop has not named one. */

import type { FaceFields } from "../words/label.ts";
import { FaceError } from "./fields.ts";
import type { Face } from "./template.ts";

/**
 * A reduction is announced only where the price before is known; without it the price is shown plainly, which is always
 * lawful (98/6/EC art. 6a speaks of announcements). Throws FaceError "face-unknown" for a name no file has.
 */
export function chooseFace(fields: FaceFields, faces: ReadonlyMap<string, Face>, wanted?: string): Face {
	const announces = fields.kind !== "regular" && fields.priorAmountMinor !== undefined;
	const name = wanted ?? (announces ? "promotion" : fields.weighed ? "per-kilo" : "regular");
	const face = faces.get(name);
	if (!face) throw new FaceError("face-unknown", { face: name, known: [...faces.keys()].join(", ") });
	return face;
}
