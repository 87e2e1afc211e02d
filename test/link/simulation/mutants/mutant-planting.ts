import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Patch, patched } from "../../../support/planting.ts";

/**
 * Mistakes a hand might make in the link, each as a change of its source while it is loaded: the programs themselves carry no
 * branch for a test. A promise that never notices its mistake proves nothing.
 */
export interface Mutant {
	name: string;
	/** Each names its function, so that a second place with such a text does not stop it. */
	patches: (Patch & { in: string })[];
	/** Names of promises, one of which must break. */
	breaks: string[];
	/** The disaster in which alone it shows. */
	disaster?: string;
	profile?: string;
	bulky?: boolean;
	/** The everyday fault it takes. */
	emphasis?: string;
	/** Played with so many stores that come back at once, instead of with a few. */
	crowd?: number;
}

const root = resolve(import.meta.dirname, "../../../..");

/** Patches that no longer fit: the link changed, and the mutant must follow. */
export function misfits(mutant: Mutant): string[] {
	return mutant.patches
		.filter((patch) => patched(readFileSync(resolve(root, patch.file), "utf8"), patch) === undefined)
		.map(({ file, in: name, find }) => `${file}${name === undefined ? "" : `, ${name},`} does not say, just once: ${find}`);
}

/** From now on `import(url + "?mutant=name")` loads that module, and everything of ours it imports, with the mistake in it. */
export function plantMutants(mutants: readonly Mutant[]): void {
	const nameOf = (url: string | undefined): string | null => (url?.startsWith("file:") ? new URL(url).searchParams.get("mutant") : null);
	registerHooks({
		resolve(specifier, context, next) {
			const resolved = next(specifier, context);
			const name = nameOf(context.parentURL);
			if (name === null || !resolved.url.startsWith("file:") || resolved.url.includes("/node_modules/")) return resolved;
			return { ...resolved, url: `${resolved.url}?mutant=${encodeURIComponent(name)}` };
		},
		load(url, context, next) {
			const name = nameOf(url);
			const loaded = next(url, context);
			const mutant = mutants.find((each) => each.name === name);
			if (!mutant) return loaded;
			const path = fileURLToPath(url.split("?")[0]!);
			const own = mutant.patches.filter(({ file }) => resolve(root, file) === path);
			return { ...loaded, source: own.reduce((text, patch) => patched(text, patch) ?? text, String(loaded.source)) };
		},
	});
}
