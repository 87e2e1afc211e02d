import { rootsDigest } from "../../trust/key-list.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import type { HqKeys } from "./key-folder.ts";

/**
 * Enrolled boxes accept only what the roots they learned have signed. With other roots they would accept nothing, so head office
 * refuses to start with them.
 */
export async function rememberRoots(db: Db, keys: HqKeys, now: Instant): Promise<void> {
	const known = await rootsIn(db);
	if (known === keys.rootsSha256) return;
	const [boxes] = await db.query<{ n: number }>("SELECT count(*)::bigint AS n FROM store_key WHERE ended_at IS NULL");
	if (known !== undefined && boxes!.n > 0 && !earlierRoots(keys).includes(known))
		throw new Error(
			`the keys in ${keys.folder} are not those that ${boxes!.n} enrolled boxes have learned. ` +
				`Bring the folder back from where its copy is kept, or name it with --keys.`,
		);
	await db.transaction((tx) =>
		tx.query(
			`INSERT INTO trusted_roots (roots_sha256, at) VALUES ($1, $2)
			 ON CONFLICT (one) DO UPDATE SET roots_sha256 = excluded.roots_sha256, at = excluded.at`,
			[keys.rootsSha256, now],
		),
	);
}

/** The digests of the roots before each successor: boxes that learned them follow by the line. */
function earlierRoots({ roots, successors }: HqKeys): string[] {
	let pair = { ...roots };
	return successors.toReversed().flatMap(({ replaces, retires, successor }) => {
		if (pair[replaces] !== successor) return [];
		pair = { ...pair, [replaces]: retires };
		return [rootsDigest([pair.first, pair.second])];
	});
}

async function rootsIn(db: Queries): Promise<string | undefined> {
	return (await db.query<{ roots_sha256: string }>("SELECT roots_sha256 FROM trusted_roots"))[0]?.roots_sha256;
}
