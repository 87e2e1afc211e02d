import { describe, expect, it } from "vitest";
import { readMixed } from "../../../drivers/scale/shelf/mixed.ts";
import { countShelf, type ShelfFinding, type ShelfState, startShelf, stepShelf } from "../../../drivers/scale/shelf/shelf.ts";
import { judge } from "../../bench/shelves/judge.ts";
import { measureMixed } from "../../bench/shelves/mixed-visits.ts";
import { noiseLevels } from "../../bench/shelves/plate-model.ts";

const jam = { sku: "JAM", pieceMilligrams: 250_000 };
const oil = { sku: "OIL", pieceMilligrams: 1_000_000 };
const tea = { sku: "TEA", pieceMilligrams: 400_000 };
const even = { pieceSpread: 0.01 };
const read = (grams: number, articles = [jam, tea], shelf: object = even, noise = 0) => readMixed(grams * 1_000, articles, shelf, noise);
const counts = (change: ReturnType<typeof readMixed>): unknown =>
	change.kind === "mixed" ? Object.fromEntries(change.parts.map(({ sku, pieces }) => [sku, pieces])) : change.kind;
const candidates = (change: ReturnType<typeof readMixed>): Record<string, number>[] =>
	change.kind === "unknown" ? change.mixes.map((mix) => Object.fromEntries(mix.map(({ sku, pieces }) => [sku, pieces]))) : [];

describe("a difference on a plate with several articles", () => {
	it("is a movement where one combination explains it", () => {
		expect(counts(read(-250))).toEqual({ JAM: -1 });
		expect(counts(read(-403))).toEqual({ TEA: -1 });
		expect(counts(read(401))).toEqual({ TEA: 1 });
		expect(counts(read(-651))).toEqual({ JAM: -1, TEA: -1 });
	});

	it("is asked about where several do, with each of them", () => {
		const four = [jam, oil];
		expect(candidates(read(-1_000, four))).toEqual(expect.arrayContaining([{ OIL: -1 }, { JAM: -4 }]));
		const near = [jam, { sku: "HONEY", pieceMilligrams: 255_000 }];
		expect(candidates(read(-252, near)).slice(0, 2)).toEqual(expect.arrayContaining([{ JAM: -1 }, { HONEY: -1 }]));
	});

	it("is never told to be an exchange: a heavier packet of one article looks the same", () => {
		expect(candidates(read(150))).toContainEqual({ JAM: -1, TEA: 1 });
	});

	it("is asked about without a candidate where nothing explains it, and on a plate as restless as a piece", () => {
		expect(read(-330)).toEqual({ kind: "unknown", mixes: [] });
		expect(read(-250, [jam, tea], even, 40_000).kind).toBe("unknown");
		expect(read(1)).toEqual({ kind: "nothing" });
		expect(read(-100_000).kind).toBe("unknown");
	});

	it("takes no more of an article than are known to stand there", () => {
		const four = [{ ...jam, pieces: 3 }, oil];
		expect(counts(readMixed(-1_000_000, four, even))).toEqual({ OIL: -1 });
	});
});

function play(state: ShelfState, grams: readonly [grams: number, seconds: number][]): { state: ShelfState; findings: ShelfFinding[] } {
	const findings: ShelfFinding[] = [];
	let atMs = state.recent.at(-1)?.atMs ?? 0;
	let now = state;
	for (const [weight, seconds] of grams)
		for (let left = seconds * 10; left > 0; left -= 1) {
			atMs += 100;
			const stepped = stepShelf(now, { milligrams: weight * 1_000, settled: false, atMs }, { articles: [jam, tea], ...even });
			now = stepped.state;
			findings.push(...stepped.findings);
		}
	return { state: now, findings };
}
const named = (findings: readonly ShelfFinding[]): unknown[] =>
	findings.map((one) => (one.type === "mixed" ? Object.fromEntries(one.parts.map(({ sku, pieces }) => [sku, pieces])) : one.type));

describe("the shelf engine with several articles on a plate", () => {
	it("counts what it knows, and knows nothing after a doubt until somebody has counted", () => {
		const first = play(countShelf(null, { JAM: 4, TEA: 4 }), [
			[2_600, 5],
			[2_350, 10],
			[1_950, 10],
		]);
		expect(named(first.findings)).toEqual([{ JAM: -1 }, { TEA: -1 }]);
		expect(first.state.counts).toEqual({ JAM: 3, TEA: 3 });
		const second = play(first.state, [[1_620, 15]]);
		expect(named(second.findings)).toEqual(["unknown-change"]);
		expect(second.state.counts).toBeUndefined();
		const third = play(second.state, [[1_370, 10]]);
		expect(named(third.findings)).toEqual([{ JAM: -1 }]);
	});

	it("asks about a movement that went on for long: more may have come and gone", () => {
		const restless: [number, number][] = Array.from({ length: 12 }, (_, at) => [2_600 - (at % 2) * 900, 0.5]);
		const { findings } = play(play(startShelf(), [[2_600, 5]]).state, [...restless, [2_350, 20]]);
		expect(findings).toMatchObject([{ type: "unknown-change", mixes: [[{ sku: "JAM", pieces: -1 }]] }]);
	});

	it("calls what changed while nobody measured an offline change, with what it may have been", () => {
		const saved = { ...startShelf(), baselineMilligrams: 2_600_000, counts: { JAM: 4, TEA: 4 } };
		const { findings, state } = play(saved, [[2_200, 5]]);
		expect(findings).toMatchObject([{ type: "offline-change", mixes: [[{ sku: "TEA", pieces: -1 }]] }]);
		expect(state.counts).toBeUndefined();
	});

	it("names no wrong count on plates of the physical model, and finds takings where packets are even", () => {
		const plates = [
			[250, 400],
			[125, 330, 900],
		];
		for (const level of [noiseLevels.low, noiseLevels.high]) {
			const { invented, recall } = judge(measureMixed({ level, visits: 60, plates }));
			expect(invented, level.name).toBe(0);
			if (level === noiseLevels.low) expect(recall.value).toBeGreaterThan(0.2);
		}
	}, 120_000);
});
