/**
 * Limits of a document, judged from its text alone: nothing is decoded or drawn. A picture of 21 kB may declare a thousand million dots;
 * its header says so before it is unpacked.
 */
export const longestDocument = 64 * 1024;
/** More lines than any receipt has; laying them out to learn their length would take too long. */
const mostLines = 2_000;
const mostSymbols = 40;
const mostImages = 8;
/** Paper of 80 mm is 576 dots wide, and a receipt a metre and a half long. */
const widestImage = 4_096;
const mostDots = 4_000_000;

export interface DocumentFault {
	fault: "document-too-long" | "too-many-symbols" | "too-many-images" | "image-not-png" | "image-too-large";
	/** For a person: what is wrong with it. */
	why: string;
}

/** Undefined for a document that may be queued. Cheap: two passes over the text, and the first bytes of each picture. */
export function judgeDocument(document: string): DocumentFault | undefined {
	const lines = document.split("\n").length;
	if (document.length > longestDocument)
		return {
			fault: "document-too-long",
			why: `a receipt has at most ${longestDocument} characters, not ${document.length}`,
		};
	if (lines > mostLines) return { fault: "document-too-long", why: `a receipt has at most ${mostLines} lines, not ${lines}` };
	const symbols = document.match(/[{;][\t ]*(?:c|code)[\t ]*:/g)?.length ?? 0;
	if (symbols > mostSymbols) return { fault: "too-many-symbols", why: `a receipt has at most ${mostSymbols} bar codes, not ${symbols}` };
	const images = [...document.matchAll(/[{;][\t ]*(?:i|image)[\t ]*:([^;}]*)/g)];
	if (images.length > mostImages)
		return { fault: "too-many-images", why: `a receipt has at most ${mostImages} pictures, not ${images.length}` };
	for (const [, text = ""] of images) {
		const fault = judgeImage(text);
		if (fault) return fault;
	}
	return undefined;
}

/**
 * The header of a PNG. Source: ISO/IEC 15948, 5.2 and 11.2.2.
 *
 *   89 50 4E 47 0D 0A 1A 0A   00 00 00 0D "IHDR"   width (4)   height (4)   depth, colour, …
 */
function judgeImage(base64: string): DocumentFault | undefined {
	const head = Buffer.from(base64.replace(/[^A-Za-z0-9+/]/g, "").slice(0, 64), "base64");
	const isPng = head.length >= 29 && head.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n" && head.toString("latin1", 12, 16) === "IHDR";
	if (!isPng) return { fault: "image-not-png", why: "a picture on a receipt must be a PNG" };
	const width = head.readUInt32BE(16);
	const height = head.readUInt32BE(20);
	if (width > 0 && height > 0 && width <= widestImage && width * height <= mostDots) return undefined;
	return { fault: "image-too-large", why: `a picture on a receipt has at most ${mostDots} dots, not ${width} × ${height}` };
}
