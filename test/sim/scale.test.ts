import { describe, expect, it } from "vitest";
import { seeded } from "../../src/sim/seeded.ts";
import { buildPlate, type PlateGoods } from "../../src/sim/serial/plate.ts";
import { runScale } from "../../src/sim/serial/scale.ts";
import { memoryLine } from "./room.ts";
import { steppedTimeline } from "./stepped-timeline.ts";

// All lines written from the MT-SICS reference, none recorded.
function shelf(goods: PlateGoods = { pieceMilligrams: 500_000, startPieces: 10 }) {
	const timeline = steppedTimeline();
	const line = memoryLine();
	const plate = buildPlate(goods, seeded(7), timeline.now);
	runScale(line, plate, timeline, { serialNumber: "B021002593" });
	const ask = (command: string, waitMs = 0): string => {
		line.said = "";
		line.hear(`${command}\r\n`);
		timeline.advance(waitMs);
		return line.said;
	};
	const grams = (answer: string): number => Number(/^S [SD] +(-?[\d.]+) g\r\n$/.exec(answer)?.[1]);
	return { timeline, line, plate, ask, grams };
}

describe("the virtual scale", () => {
	it("says the weight in ten places, right aligned", () => {
		expect(shelf({ startMilligrams: 100_000 }).ask("SI")).toMatch(/^S S {5,6}\d+\.[05] g\r\n$/);
		expect(shelf({ startMilligrams: 100_000 }).ask("SI").length).toBe(18);
	});

	it("moves when a piece is taken and settles at what is left within a second", () => {
		const { timeline, plate, ask, grams } = shelf();
		const before = grams(ask("SI"));
		expect(plate.take(1)).toBe(1);
		timeline.advance(60);
		expect(ask("SI")).toMatch(/^S D /);
		timeline.advance(1_000);
		expect(ask("SI")).toMatch(/^S S /);
		expect(before - grams(ask("SI"))).toBeGreaterThan(480);
		expect(before - grams(ask("SI"))).toBeLessThan(520);
		expect(plate.pieces()).toBe(9);
	});

	it("keeps S waiting until it has settled, and gives up on a customer who leans", () => {
		const { plate, ask } = shelf();
		plate.put(1);
		expect(ask("S")).toBe("");
		expect(ask("S", 1_500)).toMatch(/^S S /);
		plate.lean(10_000);
		expect(ask("S", 4_000)).toBe("S I\r\n");
	});

	it("repeats after SIR until @", () => {
		const { line, ask } = shelf();
		expect(ask("SIR", 450).match(/S S/g)?.length).toBe(5);
		expect(ask("@", 500)).toBe('I4 A "B021002593"\r\n');
		expect(line.said).not.toContain("S S");
	});

	it("tares, and sets zero only near the true zero", () => {
		const { ask, grams } = shelf();
		expect(ask("T", 100)).toMatch(/^T S +\d+\.[05] g\r\n$/);
		expect(Math.abs(grams(ask("SI")))).toBeLessThan(2);
		expect(ask("TAC")).toBe("TAC A\r\n");
		expect(ask("TA 250.0 g")).toBe("TA A      250.0 g\r\n");
		expect(ask("Z", 100)).toBe("Z +\r\n");
		expect(shelf({ startMilligrams: 0 }).ask("Z", 100)).toBe("Z A\r\n");
		expect(shelf({ startMilligrams: 0 }).ask("ZI")).toBe("ZI S\r\n");
	});

	it("says overload and underload", () => {
		const { plate, ask, timeline } = shelf();
		plate.put(40);
		timeline.advance(2_000);
		expect(ask("SI")).toBe("S +\r\n");
		plate.lift(true);
		timeline.advance(2_000);
		expect(ask("SI")).toBe("S -\r\n");
	});

	it("answers what it does not know with ES and a wrong value with EL", () => {
		const { ask } = shelf();
		expect(ask("HELLO")).toBe("ES\r\n");
		expect(ask("si")).toBe("ES\r\n");
		expect(ask("TA much")).toBe("EL\r\n");
		expect(ask("I0").split("\r\n")[0]).toBe('I0 B 0 "I0"');
		expect(ask("x".repeat(200)).startsWith("ES")).toBe(true);
	});
});
