import { play, type Wishes } from "./play.ts";

/** So many seeds meet everything that is to be proved; those beyond are played in a process of their own. */
export const playedHere = 550;

/** Plays `count` seeds from `from` on, and names each that broke a promise, with how to play it again. What came to pass goes to `seen`. */
export async function brokenIn(count: number, wishes: Wishes = {}, from = 1, seen = new Set<string>()): Promise<string[]> {
	const broken: string[] = [];
	for (let seed = from; seed < from + count; seed++) {
		const told = await play(seed, wishes);
		for (const what of told.seen.keys()) seen.add(what);
		const again = [`--seed ${seed}`, wishes.disaster && `--disaster ${wishes.disaster}`, wishes.real && "--real", wishes.liar && "--liar"]
			.filter(Boolean)
			.join(" ");
		if (told.broken.length > 0) broken.push(`${told.broken[0]} · replay: npm run simulate -- ${again} --trace`);
	}
	return broken;
}
