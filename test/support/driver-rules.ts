/** Rules of the drivers' contract (drivers/README.md), as functions from sources to sentences. */
import { partsOf, type SourceFile } from "./tidy-rules.ts";

/** A line of a drawing that has bytes: two of them in hex, a number's width, or an element of XML. One with arrows shows states or a flow. */
const drawnBytes = /^\s*\* {3,}(?!.*[▶◀→]).*(\b[0-9A-F]{2} [0-9A-F]{2}\b|\b0x[0-9A-F]+\b|\bu(?:8|16|32)\b|\w\[\d+\]|<\w+:?\w*[ />])/m;

/** Codecs that draw their bytes and do not say from where they are known. */
export function codecsWithoutSource({ path, text }: SourceFile): string[] {
	// The bytes of `transport/` are those of its ports and traces: ours.
	if (!/^drivers\/(?!transport\/)/.test(path)) return [];
	const { comments } = partsOf(text);
	const drawn = comments.match(/\/\*\*.*?\*\//gs)?.some((comment) => drawnBytes.test(comment)) ?? false;
	return drawn && !/\bSources?:/.test(comments) ? [`${path} draws bytes and names no source ("Source: …").`] : [];
}

/** Families that run devices, and have no options of their own: an installer's settings are described beside the driver. */
export function familiesWithoutOptions(files: readonly SourceFile[]): string[] {
	const running = files.flatMap(({ path, text }) => {
		const family = /^drivers\/([a-z]+)\//.exec(path)?.[1];
		return family && /^export (?:async )?function run[A-Z]/m.test(partsOf(text).bones) ? [family] : [];
	});
	const has = (path: string): boolean => files.some((file) => file.path === path && /\bz\s*\.strictObject\(/.test(file.text));
	return [...new Set(running)]
		.filter((family) => !has(`drivers/${family}/options.ts`))
		.map((family) => `drivers/${family}/ runs devices and has no strict options in options.ts.`);
}
