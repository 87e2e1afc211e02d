/** Moves the waves of pushes: opens, halts, holds, resumes and withdraws them. */

import type { Actor } from "../../../words/actor.ts";
import type { AskedWave, BrokenLimit, MeasuredWave, WaveState } from "../../../words/answers/head-office/waves.ts";
import type { Instant } from "../../../words/time.ts";
import { endAlarms, standAlarms } from "../../alarms/standing-alarms.ts";
import type { Db, Queries } from "../../database/database.ts";
import { HqRefusal } from "../../refusal.ts";
import { nameOf } from "../guard-rails.ts";
import { holdPushRow, type PushOnFile } from "../life/push-row.ts";
import { stepWave, type WaveEvent } from "./machine.ts";
import { brokenLimit, measureWave } from "./measure.ts";
import { candidates, chooseWaves, type Member, openedMembers } from "./members.ts";
import { writeWave } from "./write-wave.ts";

export interface KeptWave {
	push: string;
	n: number;
	asked: AskedWave;
	state: WaveState;
	openedAt: Instant | null;
	watchedFrom: Instant | null;
	closedAt: Instant | null;
	movedBy: string | null;
	code: BrokenLimit | null;
	measured: MeasuredWave | null;
}

type Row = Omit<KeptWave, "asked" | "measured"> & { asked: string; measured: string | null };

const columns = `push, n, asked, state, opened_at AS "openedAt", watched_from AS "watchedFrom", closed_at AS "closedAt",
	moved_by AS "movedBy", code, measured`;

const waveOf = ({ asked, measured, ...row }: Row): KeptWave => ({
	...row,
	asked: JSON.parse(asked) as AskedWave,
	measured: measured === null ? null : (JSON.parse(measured) as MeasuredWave),
});

export const wavesOfPushes = async (db: Queries, pushes: readonly string[]): Promise<KeptWave[]> =>
	(await db.query<Row>(`SELECT ${columns} FROM push_wave WHERE push = ANY($1) ORDER BY push, n`, [pushes])).map(waveOf);

const wavesOfPush = (db: Queries, push: string): Promise<KeptWave[]> => wavesOfPushes(db, [push]);

/** All of them wait. */
async function keepWaves(tx: Queries, push: string, waves: readonly AskedWave[]): Promise<void> {
	for (const [i, asked] of waves.entries())
		await tx.query("INSERT INTO push_wave (push, n, asked, group_name, state) VALUES ($1, $2, $3, $4, 'waiting')", [
			push,
			i + 1,
			JSON.stringify(asked),
			asked.group ?? null,
		]);
}

/** Takes the step that an event means for a wave; undefined where it means none. */
async function move(
	tx: Queries,
	wave: KeptWave,
	event: WaveEvent,
	now: Instant,
	more: { by?: string; code?: BrokenLimit; measured?: MeasuredWave } = {},
): Promise<WaveState | undefined> {
	const to = stepWave(wave.state, event);
	if (to === null) return undefined;
	await tx.query(
		`UPDATE push_wave SET state = $3, moved_by = coalesce($4, moved_by), code = coalesce($5, code), measured = coalesce($6, measured),
			opened_at = CASE WHEN $7 = 'waiting' AND $3 = 'open' THEN $8 ELSE opened_at END,
			watched_from = CASE WHEN $3 = 'open' THEN $8 ELSE watched_from END,
			closed_at = CASE WHEN $3 IN ('passed', 'withdrawn') THEN $8 END
		 WHERE push = $1 AND n = $2`,
		[
			wave.push,
			wave.n,
			to,
			more.by ?? null,
			more.code ?? null,
			more.measured === undefined ? null : JSON.stringify(more.measured),
			wave.state,
			now,
		],
	);
	if (wave.state === "halted")
		await endAlarms(
			tx,
			codes.map((code) => alarmId(code, wave.push)),
		);
	return to;
}

const codes: readonly BrokenLimit[] = ["wave-labels-failed", "wave-red-alarms", "wave-not-shown"];
const alarmId = (code: BrokenLimit, push: string): string => `${code}::${push}`;

/** Keeps the waves of a new push, and opens the first one. Answers its stores. */
export async function beginWaves(
	tx: Queries,
	push: Pick<PushOnFile, "id" | "targets">,
	asked: readonly AskedWave[],
	now: Instant,
): Promise<Member[]> {
	const all = await candidates(tx, push.targets ?? "all");
	const empty = asked.find(({ group }) => group !== undefined && !all.some(({ groups }) => groups.includes(group)));
	if (empty)
		throw new HqRefusal(
			"group-empty",
			`waves: no store of this push belongs to group ${empty.group}. Nothing was changed (gondola hq groups set STORE GROUP).`,
		);
	await keepWaves(tx, push.id, asked);
	const [first, ...others] = await wavesOfPush(tx, push.id);
	const stores = await fillWave(tx, push, [first!, ...others], 1);
	await move(tx, first!, "open", now);
	if (others.length === 0) await move(tx, { ...first!, state: "open" }, "within", now);
	return stores.map(({ id, timeZone }) => ({ id, timeZone, wave: 1 }));
}

/** Opens the first wave that waits, and the next one where it has no store. Answers the stores that are sent the push by it. */
async function openNext(tx: Queries, push: PushOnFile, now: Instant): Promise<string[]> {
	const waves = await wavesOfPush(tx, push.id);
	const sent: string[] = [];
	for (const wave of waves.filter(({ state }) => state === "waiting")) {
		const stores = await fillWave(tx, push, waves, wave.n);
		await writeWave(tx, writtenOf(push, stores, now), wave.n, stores);
		await move(tx, wave, "open", now);
		sent.push(...stores.map(({ id }) => id));
		const isLast = wave.n === waves.length;
		// Nothing waits for the last wave, and nobody is in an empty one.
		if (isLast || stores.length === 0) await move(tx, { ...wave, state: "open" }, "within", now);
		if (stores.length > 0) break;
	}
	return sent;
}

const writtenOf = (push: PushOnFile, stores: readonly { id: string }[], now: Instant) => ({
	...{ id: push.id, variants: [], now, firstN: 1, isReleased: false },
	head: { changes: push.changes, stores: stores.map(({ id }) => id) },
});

/** Writes down which stores are in the wave. */
async function fillWave(tx: Queries, push: Pick<PushOnFile, "id" | "targets">, waves: readonly Pick<KeptWave, "asked">[], n: number) {
	const opened = new Map((await openedMembers(tx, push.id))?.map(({ id, wave }) => [id, wave]));
	const all = await candidates(tx, push.targets ?? "all");
	const asked = waves.map((wave) => wave.asked);
	const stores = chooseWaves(push.id, asked, all, opened, n - 1).get(n) ?? [];
	await tx.query("INSERT INTO push_wave_store (push, wave, store) SELECT $1, $2, unnest($3::text[])", [
		push.id,
		n,
		stores.map(({ id }) => id),
	]);
	return stores;
}

/** Until when a wave is watched: its wait begins once it is open, its first price is in force, and everything held was released. */
export const watchEnd = ({ asked, watchedFrom }: KeptWave, { firstFrom, releasedAt }: Watched): Instant => {
	const from = [watchedFrom, firstFrom, releasedAt]
		.filter((at) => at !== null)
		.sort()
		.at(-1)!;
	return new Date(Date.parse(from) + asked.waitMinutes * 60_000).toISOString();
};

interface Watched {
	firstFrom: Instant | null;
	releasedAt: Instant | null;
}

/**
 * Measures every open wave, and moves it on where it is time. Several HQ processes may do so at once: each step is one transaction that
 * looks whether the wave still stands as it was measured. Answers the stores that are sent a push by it.
 */
export async function advanceWaves(db: Db, clock: () => Instant): Promise<string[]> {
	const open = await db.query<Row & Watched & { waits: number }>(
		`SELECT w.*, p.first_from AS "firstFrom", p.released_at AS "releasedAt",
			(SELECT count(*)::int FROM push_held h WHERE h.push = p.id AND h.waits) AS waits
		 FROM (SELECT ${columns} FROM push_wave WHERE state = 'open') w JOIN push p ON p.id = w.push ORDER BY w.push`,
	);
	const sent: string[] = [];
	for (const { firstFrom, releasedAt, waits, ...row } of open) {
		const wave = waveOf(row);
		const now = clock();
		const isWatchOver = waits === 0 && watchEnd(wave, { firstFrom, releasedAt }) <= now;
		const measured = await measureWave(db, wave.push, wave.n, wave.openedAt!, now);
		const code = brokenLimit(measured, wave.asked.limits, isWatchOver);
		if (code === undefined && !isWatchOver) continue;
		sent.push(...(await closeWave(db, wave, measured, code, now)));
	}
	return sent;
}

function closeWave(db: Db, wave: KeptWave, measured: MeasuredWave, code: BrokenLimit | undefined, now: Instant): Promise<string[]> {
	return db.transaction(async (tx) => {
		const push = await holdPushRow(tx, wave.push);
		const here = (await wavesOfPush(tx, wave.push)).find(({ n }) => n === wave.n);
		if (here?.state !== "open" || here.watchedFrom !== wave.watchedFrom || push.withdrawnAt !== null) return [];
		if (code === undefined) {
			await move(tx, here, "within", now, { measured });
			return openNext(tx, push, now);
		}
		await move(tx, here, "beyond", now, { measured, code });
		await standAlarms(tx, [{ code, store: "", subject: wave.push, facts: haltFacts(here, measured) }], now);
		return [];
	});
}

/** Names for the sentence about a halted wave. */
export const haltFacts = (
	{ push, n, asked }: Pick<KeptWave, "push" | "n" | "asked">,
	measured: MeasuredWave,
): Record<string, string | number> => ({
	...{ push, wave: n, stores: measured.stores, shown: measured.shown, due: measured.due, percent: measured.shownPercent },
	...{ failed: measured.failedLabels, red: measured.redAlarms, minutes: asked.waitMinutes },
	...{ leastPercent: asked.limits.shownPercent, mostFailed: asked.limits.failedLabels, mostRed: asked.limits.redAlarms },
});

/** A person stops the waves: no further one opens until somebody resumes. False where no wave is open or none waits behind it. */
export async function holdWaves(tx: Queries, push: string, by: Actor, now: Instant): Promise<boolean> {
	const waves = await wavesOfPush(tx, push);
	const open = waves.find(({ state }) => state === "open");
	if (!open || !waves.some(({ state }) => state === "waiting")) return false;
	return (await move(tx, open, "hold", now, { by: nameOf(by) })) !== undefined;
}

export const areWavesStopped = async (tx: Queries, push: string): Promise<boolean> =>
	(await wavesOfPush(tx, push)).some(({ state }) => state === "halted" || state === "held");

/**
 * A person lets the waves go on. After a halt the wave counts as passed and the next one opens; after a hold it is watched anew. Answers
 * the stores that are sent the push by it.
 */
export async function resumeWaves(tx: Queries, push: PushOnFile, by: Actor, now: Instant): Promise<string[]> {
	const stopped = (await wavesOfPush(tx, push.id)).find(({ state }) => state === "halted" || state === "held");
	if (!stopped) return [];
	const to = await move(tx, stopped, "resume", now, { by: nameOf(by) });
	return to === "passed" ? openNext(tx, push, now) : [];
}

export async function withdrawWaves(tx: Queries, push: string, by: Actor, now: Instant): Promise<void> {
	for (const wave of await wavesOfPush(tx, push)) await move(tx, wave, "withdraw", now, { by: nameOf(by) });
}
