/** Runs the shelf engine on the physical model, as the floor runs it on a plate: each reading, and again when it asks to be woken. */
import type { Shelf } from "../../../drivers/scale/shelf/change.ts";
import { type ShelfFinding, startShelf, stepShelf } from "../../../drivers/scale/shelf/shelf.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { type Found, type Interaction, interactionsOf } from "./judge.ts";
import { buildPlateModel, type NoiseLevel, type PlateModel } from "./plate-model.ts";
import { goodsOf, playVisits } from "./visits.ts";

export const pieceWeights = [20, 40, 80, 125, 250, 400, 500, 750, 1_000] as const;

interface Watched {
	findings: { atMs: number; finding: ShelfFinding }[];
	until(ms: number): void;
}

export function watchPlate(plate: PlateModel, shelf: Shelf, level: NoiseLevel): Watched {
	const everyMs = 1_000 / level.readingsPerSecond;
	const findings: Watched["findings"] = [];
	let state = startShelf();
	let [nowMs, wakeAtMs] = [0, Number.POSITIVE_INFINITY];
	let last: { milligrams: number; settled: boolean; paceMs?: number } | undefined;
	const step = (atMs: number): void => {
		const stepped = stepShelf(state, { ...last!, atMs }, shelf);
		state = stepped.state;
		findings.push(...stepped.findings.map((finding) => ({ atMs, finding })));
		wakeAtMs = stepped.wakeInMs === undefined ? Number.POSITIVE_INFINITY : atMs + stepped.wakeInMs;
	};
	return {
		findings,
		until(ms) {
			for (; nowMs + everyMs <= ms; nowMs += everyMs) {
				const atMs = nowMs + everyMs;
				while (wakeAtMs < atMs) step(wakeAtMs);
				const { grams, settled } = plate.reading(atMs);
				const reading = { milligrams: Math.round(grams * 1_000), settled };
				const isNews = !level.saysSettled || last?.milligrams !== reading.milligrams || last.settled !== settled;
				if (!isNews) continue;
				last = level.saysSettled ? reading : { ...reading, paceMs: everyMs };
				step(atMs);
			}
		},
	};
}

export interface MeasureOptions {
	level: NoiseLevel;
	visits: number;
	visitsPerPlate?: number;
	seed?: number;
	weights?: readonly number[];
}

/** Plates with articles of all weights in turns, each with its own seed. */
export function measurePicks({ level, visits, visitsPerPlate = 250, seed = 1, weights = pieceWeights }: MeasureOptions): Interaction[] {
	const interactions: Interaction[] = [];
	const plates = Math.ceil(visits / visitsPerPlate);
	for (let at = 0; at < plates; at++)
		interactions.push(...onePlate(level, weights[at % weights.length]!, visitsPerPlate, chanceOf(seed * 1_000 + at)));
	return interactions;
}

function onePlate(level: NoiseLevel, pieceGrams: number, visits: number, chance: Chance): Interaction[] {
	const goods = goodsOf(pieceGrams, chance);
	const plate = buildPlateModel(level, goods.startPieces * goods.trueGrams, chance);
	const watched = watchPlate(plate, { pieceMilligrams: pieceGrams * 1_000 }, level);
	const played = playVisits(plate, goods, level, visits, chance, watched.until);
	const found: Found[] = [];
	const asked: { atMs: number }[] = [];
	for (const { atMs, finding } of watched.findings) {
		if (finding.type === "pick" && "pieces" in finding) found.push({ atMs, pieces: -finding.pieces });
		else if (finding.type === "put-back" && "pieces" in finding) found.push({ atMs, pieces: finding.pieces });
		else asked.push({ atMs });
	}
	return interactionsOf(played, found, asked);
}

export const untouchedShelves: readonly [name: string, shelf: Shelf][] = [
	["loose goods", { loose: true }],
	["pieces of 20 g", { pieceMilligrams: 20_000 }],
	["pieces of 250 g", { pieceMilligrams: 250_000 }],
	["pieces of 1 kg", { pieceMilligrams: 1_000_000 }],
];

/** Stock movements that are found while nobody comes, though doors slam, the heating works and the floor shakes. */
export function measureQuiet(level: NoiseLevel, shelf: Shelf, hours: number, seed: number): ShelfFinding[] {
	const chance = chanceOf(seed);
	const plate = buildPlateModel(level, chance.between(500, 12_000), chance);
	const watched = watchPlate(plate, shelf, level);
	watched.until(hours * 3_600_000);
	return watched.findings.map(({ finding }) => finding).filter(({ type }) => type === "pick" || type === "put-back");
}
