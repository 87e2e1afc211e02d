/** Files of a built page, which gateway and head office serve by themselves: a library for static files takes 2 MB for these few. */
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const mediaTypes: Record<string, string> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".wasm": "application/wasm",
};

export interface BuiltFile {
	bytes: Buffer;
	mediaType: string;
}

/** Undefined: it was not built. */
export async function builtFile(file: string): Promise<BuiltFile | undefined> {
	const bytes = await readFile(file).catch(() => undefined);
	return bytes && { bytes, mediaType: mediaTypes[extname(file)] ?? "application/octet-stream" };
}

/** Browsers may keep a file below assets/ for ever: its name has its hash. */
export const keptForEver = "public, max-age=31536000, immutable";

/** A file of a page below assets/, by the name that a request gives; undefined: there is none. */
export const builtAsset = async (page: string, name: string): Promise<BuiltFile | undefined> =>
	/^[\w-][\w.-]*$/.test(name) ? builtFile(join(page, "assets", name)) : undefined;
