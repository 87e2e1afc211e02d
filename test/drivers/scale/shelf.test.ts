import { describe, expect, it } from "vitest";
import type { Shelf } from "../../../drivers/scale/shelf/change.ts";
import type { ShelfFinding, ShelfState } from "../../../drivers/scale/shelf/shelf.ts";
import { countShelf, resumeShelf, startShelf, stepShelf } from "../../../drivers/scale/shelf/shelf.ts";

const jam: Shelf = { pieceMilligrams: 450_000 };

/** A plate with a spring: after a change it swings at three hertz and comes to rest, with the noise of its load cells. */
class Plate {
	state: ShelfState;
	findings: ShelfFinding[] = [];
	nowMs = 0;
	wakes: number[] = [];
	readonly shelf: Shelf;
	readonly saysSettled: boolean;
	noise = 150;
	seed = 7;
	on: number;
	was: number;
	changedAtMs = Number.NEGATIVE_INFINITY;

	constructor(shelf: Shelf, on: number, { saysSettled = false, state = startShelf() } = {}) {
		this.shelf = shelf;
		this.on = on;
		this.was = on;
		this.saysSettled = saysSettled;
		this.state = state;
	}

	put(milligrams: number): this {
		this.was = this.on;
		this.on += milligrams;
		this.changedAtMs = this.nowMs;
		return this;
	}

	wait(ms: number, every = 100): this {
		for (const end = this.nowMs + ms; this.nowMs < end; ) {
			this.nowMs += every;
			const age = (this.nowMs - this.changedAtMs) / 1000;
			const swing = age < 5 ? (this.was - this.on) * Math.exp(-age * 5) * Math.cos(age * 3 * 2 * Math.PI) : 0;
			this.feed(this.on + swing + this.random() * this.noise, this.saysSettled && Math.abs(swing) < 500);
		}
		return this;
	}

	feed(milligrams: number, settled: boolean): void {
		const step = stepShelf(this.state, { milligrams: Math.round(milligrams), settled, atMs: this.nowMs }, this.shelf);
		this.state = step.state;
		this.findings.push(...step.findings);
		if (step.wakeInMs !== undefined) this.wakes.push(step.wakeInMs);
	}

	get told(): string[] {
		return this.findings.map((finding) => {
			if ("pieces" in finding) return `${finding.type} ${finding.pieces}`;
			return "milligrams" in finding ? `${finding.type} ${Math.round(finding.milligrams / 1000)} g` : finding.type;
		});
	}

	random(): number {
		this.seed = (this.seed * 1_103_515_245 + 12_345) % 2_147_483_648;
		return (this.seed / 2_147_483_648) * 2 - 1;
	}
}

describe.each([
	["a scale that says when it is settled", true],
	["a bare load cell", false],
])("a shelf of jam on %s", (_, saysSettled) => {
	const shelf = () => new Plate(jam, 5_400_000, { saysSettled }).wait(2_000);

	it("says nothing while nobody is there", () => {
		expect(shelf().wait(60_000).told).toEqual([]);
	});

	it("sees one jar taken, and one put back", () => {
		expect(shelf().put(-450_000).wait(3_000).put(450_000).wait(3_000).told).toEqual(["pick 1", "put-back 1"]);
	});

	it("counts three jars in one grip", () => {
		expect(shelf().put(-1_350_000).wait(3_000).told).toEqual(["pick 3"]);
	});

	it("counts jars that are not all alike", () => {
		expect(shelf().put(-444_000).wait(3_000).put(-1_372_000).wait(3_000).told).toEqual(["pick 1", "pick 3"]);
	});

	it("counts a tray of twelve", () => {
		expect(
			shelf()
				.put(12 * 452_000)
				.wait(4_000).told,
		).toEqual(["put-back 12"]);
	});

	it("sees nothing when a jar is looked at and put back in one movement", () => {
		expect(shelf().put(-450_000).wait(300).put(450_000).wait(3_000).told).toEqual([]);
	});

	it("sees what is left of a movement: two taken, one put back", () => {
		expect(shelf().put(-900_000).wait(300).put(450_000).wait(3_000).told).toEqual(["pick 1"]);
	});

	it("knows a hand that leans on it and goes away", () => {
		expect(shelf().put(2_130_000).wait(3_500).put(-2_130_000).wait(3_000).told).toEqual([]);
	});

	it("sees the jar that was taken behind a leaning hand", () => {
		expect(shelf().put(2_130_000).wait(2_000).put(-450_000).wait(1_500).put(-2_130_000).wait(3_000).told).toEqual(["pick 1"]);
	});

	it("calls a foreign thing that stays unknown, with the nearest counts", () => {
		const plate = shelf().put(660_000).wait(8_000);
		expect(plate.told).toEqual(["unknown-change"]);
		const [finding] = plate.findings;
		expect(finding?.type === "unknown-change" && finding.candidates.map(({ pieces }) => pieces)).toEqual([1, 2]);
		expect(plate.put(-450_000).wait(3_000).told).toEqual(["unknown-change", "pick 1"]);
	});

	it("is not fooled by a single wild reading", () => {
		const plate = shelf();
		plate.nowMs += 100;
		plate.feed(9_000_000, false);
		expect(plate.wait(3_000).told).toEqual([]);
	});

	it("says once that something swings without end", () => {
		const plate = shelf();
		for (let at = 0; at < 300; at++) {
			plate.nowMs += 100;
			plate.feed(5_400_000 + 300_000 * Math.sin(at), false);
		}
		expect(plate.told).toEqual(["not-settling"]);
		expect(plate.wait(3_000).told).toEqual(["not-settling"]);
	});

	it("marks what staff put there", () => {
		const plate = new Plate({ ...jam, restocking: true }, 0, { saysSettled })
			.wait(2_000)
			.put(450_000 * 6)
			.wait(4_000);
		expect(plate.findings).toEqual([expect.objectContaining({ type: "put-back", pieces: 6, restock: true })]);
	});
});

describe("a shelf over a long day", () => {
	it("follows the warmth of the afternoon and still sees a jar taken", () => {
		const plate = new Plate(jam, 5_400_000).wait(2_000);
		for (let minute = 0; minute < 60; minute++) plate.put(900).wait(60_000, 1_000);
		expect(plate.told).toEqual([]);
		expect(plate.put(-450_000).wait(3_000).told).toEqual(["pick 1"]);
	});

	it("does not call the giving way of a load cell a put-back", () => {
		const plate = new Plate({ pieceMilligrams: 50_000 }, 0).wait(2_000).put(1_000_000).wait(2_000);
		for (let at = 0; at < 10; at++) plate.put(1_500).wait(200);
		expect(plate.wait(5_000).told).toEqual(["put-back 20"]);
	});

	it("asks for a count when more was taken than was there", () => {
		const plate = new Plate(jam, 900_000, { state: countShelf(1) }).wait(2_000);
		expect(plate.put(-900_000).wait(3_000).told).toEqual(["pick 2", "recount -1"]);
	});

	it("asks for a count when more stands there than can", () => {
		const plate = new Plate({ ...jam, capacityPieces: 6 }, 0, { state: countShelf(5) }).wait(2_000);
		expect(plate.put(900_000).wait(3_000).told).toEqual(["put-back 2", "recount 7"]);
	});
});

describe("a shelf after the power was away", () => {
	const saved = () => JSON.parse(JSON.stringify(new Plate(jam, 5_400_000).wait(2_000).state)) as ShelfState;

	it("says nothing when nothing was touched", () => {
		expect(new Plate(jam, 5_401_000, { state: resumeShelf(saved()) }).wait(3_000).told).toEqual([]);
	});

	it("tells a difference as one that nobody saw, not as a sale", () => {
		const plate = new Plate(jam, 4_500_000, { state: resumeShelf(saved()) }).wait(3_000);
		expect(plate.told).toEqual(["offline-change"]);
		expect(plate.findings[0]).toMatchObject({ deltaMilligrams: expect.closeTo(-900_000, -3), candidates: [{ pieces: -2 }] });
		expect(plate.put(-450_000).wait(3_000).told).toEqual(["offline-change", "pick 1"]);
	});

	it("does not take a clock that begins anew for a movement", () => {
		const plate = new Plate(jam, 5_400_000, { state: saved() });
		expect(plate.wait(3_000).told).toEqual([]);
	});
});

describe("a shelf of loose goods", () => {
	it("tells what was taken in milligrams", () => {
		const plate = new Plate({ loose: true }, 8_000_000).wait(2_000).put(-237_000).wait(3_000).put(40_000).wait(3_000);
		expect(plate.told).toEqual(["pick 237 g", "put-back 40 g"]);
	});
});

describe("a scale that speaks only when its weight changes", () => {
	it("is understood from one settled reading, by asking to be woken", () => {
		const plate = new Plate(jam, 0);
		const hold = (milligrams: number, ms: number) => {
			plate.feed(milligrams, true);
			for (const end = plate.nowMs + ms; plate.wakes.length > 0 && plate.nowMs < end; ) {
				plate.nowMs += plate.wakes.pop()!;
				plate.wakes = [];
				plate.feed(milligrams, true);
			}
			plate.nowMs += ms;
		};
		hold(5_400_000, 2_000);
		hold(4_950_000, 2_000);
		expect(plate.told).toEqual(["pick 1"]);
	});
});

describe("a shelf whose article has no known weight", () => {
	it("tells every change as unknown", () => {
		expect(new Plate({}, 1_000_000).wait(2_000).put(-300_000).wait(8_000).told).toEqual(["unknown-change"]);
	});
});
