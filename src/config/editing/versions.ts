/**
 * The last versions of a configuration, in a file of mode 0600 beside it. Each has the number of the version it was made from:
 * undoing twice goes back two versions, and an edit by hand is a version like any other.
 */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { accountName } from "../../access/box/act-notes.ts";
import { writeSecretFile } from "../../access/secret-file.ts";
import { giveToOwnerOf } from "./config-file.ts";

/** How many versions are kept; older ones are deleted. */
const versionsKept = 20;

const versionSchema = z.object({
	n: z.int().min(1),
	at: z.iso.datetime(),
	by: z.string(),
	/** The change, in words. */
	what: z.string(),
	/** The number of the version that it was made from; left out for the first. */
	base: z.int().optional(),
	text: z.string(),
});
export type Version = z.output<typeof versionSchema>;
const fileSchema = z.object({ versions: z.array(versionSchema), current: z.int() });
export type Versions = z.output<typeof fileSchema>;

const versionsFile = (config: string): string => `${config}.versions.json`;

/** A sentence about the file of versions; nothing was changed. */
export class VersionsDamaged extends Error {
	override name = "VersionsDamaged";
}

/** With the text as it is on disk as the current version. Throws VersionsDamaged. */
export function readVersions(config: string, text: string): Versions {
	const file = versionsFile(config);
	let kept: Versions = { versions: [], current: 0 };
	if (existsSync(file)) {
		try {
			kept = fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
		} catch {
			throw new VersionsDamaged(
				`${file} is damaged: the earlier versions cannot be read. Move it away, then try again. Nothing was changed.`,
			);
		}
	}
	const current = kept.versions.find(({ n }) => n === kept.current);
	if (current?.text === text) return kept;
	// Who edited a file in an editor is not known.
	return kept.versions.length === 0 ? withVersion(kept, text, "as it was found", "–") : withVersion(kept, text, "edited by hand", "–");
}

/** `by`: who changed it; left out, the account on this machine that runs the command. */
export function withVersion({ versions, current }: Versions, text: string, what: string, by: string = accountName()): Versions {
	const n = 1 + Math.max(0, ...versions.map((each) => each.n));
	const base = versions.some((each) => each.n === current) ? { base: current } : {};
	const version: Version = { n, at: new Date().toISOString(), by, what, ...base, text };
	return { versions: [...versions, version].slice(-versionsKept), current: n };
}

/** `data`: the ledger's directory, whose owner gets a file that root makes. */
export function keepVersions(config: string, versions: Versions, data: string): void {
	writeSecretFile(versionsFile(config), `${JSON.stringify(versions, null, "\t")}\n`);
	if (existsSync(data)) giveToOwnerOf(data, versionsFile(config));
}
