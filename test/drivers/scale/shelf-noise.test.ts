import { describe, expect, it } from "vitest";
import type { Shelf } from "../../../drivers/scale/shelf/change.ts";
import { type ShelfFinding, startShelf, stepShelf } from "../../../drivers/scale/shelf/shelf.ts";

/** A shelf that is fed readings, and stepped again when it asks to be woken, as the floor does. */
function shelfOf(shelf: Shelf) {
	let state = startShelf();
	let nowMs = 0;
	let last: { milligrams: number; settled: boolean; paceMs?: number } | undefined;
	let wakeAtMs: number | undefined;
	const findings: ShelfFinding[] = [];
	const step = (): void => {
		const stepped = stepShelf(state, { ...last!, atMs: nowMs }, shelf);
		state = stepped.state;
		findings.push(...stepped.findings);
		wakeAtMs = stepped.wakeInMs === undefined ? undefined : nowMs + stepped.wakeInMs;
	};
	const wait = (ms: number): void => {
		const end = nowMs + ms;
		while (wakeAtMs !== undefined && wakeAtMs <= end) {
			nowMs = wakeAtMs;
			step();
		}
		nowMs = end;
	};
	return {
		findings,
		types: () => findings.map(({ type }) => type),
		wait,
		reads(grams: number, settled = true, paceMs?: number) {
			last = { milligrams: Math.round(grams * 1_000), settled, ...(paceMs !== undefined && { paceMs }) };
			step();
		},
	};
}

/** Numbers between -1 and 1, the same in every run. */
function randomOf(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return (state / 2_147_483_648) * 2 - 1;
	};
}

const kinds: [string, Shelf][] = [
	["loose goods", { loose: true }],
	["pieces of 250 g", { pieceMilligrams: 250_000 }],
	["pieces of 20 g", { pieceMilligrams: 20_000 }],
	["pieces of 6 g", { pieceMilligrams: 6_000 }],
	["an article without a weight", {}],
];
const stock = new Set(["pick", "put-back"]);

describe("a shelf that nobody touches", () => {
	it.each([
		[5, 700],
		[10, 700],
		[20, 700],
		[5, 150],
	])("whose display alternates by %i g every %i ms is left alone (case S18)", (stepGrams, everyMs) => {
		for (const [name, shelf] of kinds) {
			const it = shelfOf(shelf);
			for (let at = 0; at < 60_000; at += everyMs) {
				it.reads(10_000 + (Math.floor(at / everyMs) % 2) * stepGrams);
				it.wait(everyMs);
			}
			expect([name, it.types().filter((type) => stock.has(type))]).toEqual([name, []]);
		}
	});

	it.each([
		["evenly spread, once a second, said to be at rest", 1_000, true, undefined],
		["evenly spread, once a second, from a sensor that does not say", 1_000, false, 1_000],
		["evenly spread, five times a second", 200, true, undefined],
	] as const)(
		"with ±3 g of noise for twelve hours, %s, has nothing taken from it (case S19)",
		(_, everyMs, settled, paceMs) => {
			for (const [name, shelf] of kinds) {
				const it = shelfOf(shelf);
				const random = randomOf(7);
				for (let at = 0; at < 12 * 3_600_000; at += everyMs) {
					it.reads(5_000 + 3 * random(), settled, paceMs);
					it.wait(everyMs);
				}
				expect([name, it.types().filter((type) => stock.has(type))]).toEqual([name, []]);
				if (shelf.pieceMilligrams !== 6_000) expect([name, it.types()]).toEqual([name, []]);
			}
		},
		120_000,
	);

	it.each([
		["10 g an hour, a reading a second", 10, 1_000, 0.001],
		["10 g an hour, a display of 5 g that reports only what changes", 10, 1_000, 5],
		["40 g an hour, a reading a minute", 40, 60_000, 0.001],
	])(
		"that creeps by %s for twelve hours has nothing taken from it (case S21)",
		(_, gramsPerHour, everyMs, display) => {
			for (const [name, shelf] of kinds) {
				for (const sign of [1, -1]) {
					const it = shelfOf(shelf);
					let shown = Number.NaN;
					for (let at = 0; at < 12 * 3_600_000; at += everyMs) {
						const grams = Math.round((8_000 + (sign * gramsPerHour * at) / 3_600_000) / display) * display;
						if (grams !== shown) it.reads((shown = grams));
						it.wait(everyMs);
					}
					// Five grams at once are what a piece of six weighs: such a plate cannot count it.
					if (display < 5 || shelf.pieceMilligrams !== 6_000) expect([name, it.types()]).toEqual([name, []]);
				}
			}
		},
		60_000,
	);
});

describe("a sensor that reports once a second", () => {
	it.each([
		["does not say whether it is at rest", false],
		["says that it is", true],
	])("and %s has spikes that are nothing (case S20)", (_, settled) => {
		const it = shelfOf({ pieceMilligrams: 250_000 });
		for (const grams of [5_000, 5_000, 5_000, 3_750, 5_000, 5_000, 0, 5_000, 5_000, 5_000]) {
			it.reads(grams, settled, 1_000);
			it.wait(1_000);
		}
		expect(it.types()).toEqual([]);
	});

	it("has its picks seen all the same (case S20)", () => {
		const it = shelfOf({ pieceMilligrams: 250_000 });
		for (const grams of [5_000, 5_000, 5_000, 3_750, 3_750, 3_750, 3_750, 3_750]) {
			it.reads(grams, false, 1_000);
			it.wait(1_000);
		}
		expect(it.findings).toMatchObject([{ type: "pick", pieces: 5 }]);
	});
});

describe("a pick on a restless shelf", () => {
	it("is seen: 100 g of loose goods from a display that alternates by 5 g (case S18)", () => {
		const it = shelfOf({ loose: true });
		for (let at = 0; at < 60; at++) {
			it.reads((at < 30 ? 10_000 : 9_900) + (at % 2) * 5);
			it.wait(700);
		}
		expect(it.types()).toEqual(["pick"]);
		expect(Math.abs(100_000 - Math.abs((it.findings[0] as { deltaMilligrams: number }).deltaMilligrams))).toBeLessThanOrEqual(10_000);
	});

	it("is seen: a piece of 250 g in ±3 g of noise (case S19)", () => {
		const it = shelfOf({ pieceMilligrams: 250_000 });
		const random = randomOf(3);
		for (let at = 0; at < 120; at++) {
			it.reads((at < 60 ? 5_000 : 4_750) + 3 * random());
			it.wait(1_000);
		}
		expect(it.findings).toMatchObject([{ type: "pick", pieces: 1 }]);
	});
});

describe("the settings of a shelf", () => {
	it("decide what is noise, how long a weight holds, and how much fits (case S18)", () => {
		const small = (shelf: Shelf): string[] => {
			const it = shelfOf(shelf);
			it.reads(1_000);
			it.wait(10_000);
			it.reads(985);
			it.wait(10_000);
			return it.types();
		};
		expect(small({ loose: true })).toEqual(["pick"]);
		expect(small({ loose: true, toleranceMilligrams: 20_000 })).toEqual([]);
		const brief = (settleMs: number): string[] => {
			const it = shelfOf({ pieceMilligrams: 250_000, settleMs });
			it.reads(1_000);
			it.wait(10_000);
			it.reads(750);
			it.wait(1_000);
			it.reads(1_000);
			it.wait(10_000);
			return it.types();
		};
		expect(brief(300)).toEqual(["pick", "put-back"]);
		expect(brief(2_000)).toEqual([]);
	});
});
