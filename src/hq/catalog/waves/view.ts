import type { BrokenLimit, PushWave } from "../../../words/answers/head-office/waves.ts";
import type { Instant } from "../../../words/time.ts";
import type { Queries } from "../../database/database.ts";
import type { PushTargets } from "../pushes.ts";
import { measureWave } from "./measure.ts";
import { candidates, chooseWaves, openedMembers } from "./members.ts";
import { haltFacts, type KeptWave, watchEnd, wavesOfPushes } from "./roll-out.ts";

/** One wave. The sentence of a halt is made where it is read. */
export interface KnownWave extends Omit<PushWave, "halt"> {
	/** The limit that halted it, and names for its sentence. */
	code: BrokenLimit | null;
	facts: Record<string, string | number> | null;
}

/** In which wave each store of a push is; `waits`: the wave has not opened, and the store was sent nothing. */
export interface StoreInWave {
	store: string;
	wave: number;
	waits: boolean;
}

interface Watched {
	id: string;
	firstFrom: Instant | null;
	releasedAt: Instant | null;
}

interface WavesOfPush {
	waves: KeptWave[];
	stores: StoreInWave[];
}

/** Of the pushes that go in waves. Stores of waves that wait are chosen as they would be if these opened at this moment. */
export async function wavesIn(db: Queries, ids: readonly string[]): Promise<Map<string, WavesOfPush>> {
	const found = new Map<string, WavesOfPush>();
	for (const [push, waves] of Map.groupBy(await wavesOfPushes(db, ids), (wave) => wave.push)) {
		const members = (await openedMembers(db, push)) ?? [];
		const opened = new Map(members.map(({ id, wave }) => [id, wave]));
		const stores = members.map(({ id, wave }): StoreInWave => ({ store: id, wave, waits: false }));
		const waiting = waves.filter(({ state }) => state === "waiting");
		if (waiting.length > 0) {
			const [row] = await db.query<{ targets: string | null }>("SELECT targets FROM push WHERE id = $1", [push]);
			const all = await candidates(db, row?.targets ? (JSON.parse(row.targets) as PushTargets) : "all");
			const asked = waves.map((wave) => wave.asked);
			const chosen = chooseWaves(push, asked, all, opened, waiting[0]!.n - 1);
			for (const { n } of waiting) for (const { id } of chosen.get(n) ?? []) stores.push({ store: id, wave: n, waits: true });
		}
		found.set(push, { waves, stores });
	}
	return found;
}

/** The waves of one push; an open one is measured at this moment. */
export async function showWaves(db: Queries, push: Watched, { waves, stores }: WavesOfPush, now: Instant): Promise<KnownWave[]> {
	const shown: KnownWave[] = [];
	for (const wave of waves) {
		const { n, asked, state, openedAt, closedAt, movedBy, code } = wave;
		const isOpen = state === "open";
		const measured = isOpen ? await measureWave(db, push.id, n, openedAt!, now) : wave.measured;
		shown.push({
			...{ n, ...asked, state, openedAt, closedAt, by: movedBy, measured, code },
			stores: stores.filter((store) => store.wave === n).length,
			watchedUntil: isOpen ? watchEnd(wave, push) : null,
			facts: code !== null && wave.measured ? haltFacts(wave, wave.measured) : null,
		});
	}
	return shown;
}
