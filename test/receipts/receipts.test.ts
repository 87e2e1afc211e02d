import { describe, expect, it } from "vitest";
import { type Cell, faults, type Kind, kinds, play, soundRun } from "./matrix.ts";

/** Few of the bytes, spread over the receipt; `npm run receipts -- --all` takes every one. */
const places = 5;

async function harm(cells: readonly Cell[], sums: Record<string, string>): Promise<string[]> {
	const found: string[] = [];
	for (const cell of cells) {
		const { lost, doubled, stuck, story } = await play(cell, sums);
		if (lost + doubled + stuck > 0) found.push(`byte ${cell.position}, followed ${cell.isFollowed}, retried ${cell.isRetried}: ${story}`);
	}
	return found;
}

function cellsOf(kind: Kind, fault: Cell["fault"], bytes: number): Cell[] {
	return Array.from({ length: places }, (_, n) => Math.floor((n * bytes) / (places - 1))).flatMap((position) =>
		[false, true].flatMap((isFollowed) => [false, true].map((isRetried) => ({ kind, fault, isFollowed, isRetried, position }))),
	);
}

describe.each(Object.keys(kinds) as Kind[])("exactly one valid receipt a job, on %s", (kind) => {
	it.each(faults)("whatever byte is met by: %s", async (fault) => {
		const { sums, bytes } = await soundRun(kind);
		expect(await harm(cellsOf(kind, fault, bytes), sums)).toEqual([]);
	});
});

describe.each(["ESC/POS, serial cable, GS r", "ESC/POS, serial cable, numbered answers"] as const)("a long receipt on %s", (kind) => {
	it("is never called printed when the printer was off in its middle and answers after it", async () => {
		const { sums, longBytes } = await soundRun(kind);
		// A position that is no multiple of the parts, at each speed of the paper, off for one second and for three.
		const cells = Array.from({ length: 14 }, (_, n) => Math.floor(((n + 0.5) * longBytes) / 14)).flatMap((position) =>
			[false, true].map((isFollowed): Cell => ({ kind, fault: "power cycle", isFollowed, isRetried: false, position, isLong: true })),
		);
		expect(await harm(cells, sums)).toEqual([]);
	});

	it("ends in doubt when a stray XOFF stops it and no XON comes", async () => {
		const { sums } = await soundRun(kind);
		const cell: Cell = { kind, fault: "noise byte", isFollowed: true, isRetried: false, position: 2_812, isLong: true };
		expect(await play(cell, sums)).toMatchObject({ lost: 0, doubled: 0, stuck: 0, inDoubt: 1 });
	});
});

describe("the judge of the pile of slips", () => {
	it.each([
		["what is in doubt is called printed", "doubt-is-printed", "lost"],
		["what is in doubt is printed again by itself", "doubt-is-repeated", "doubled"],
	] as const)("notices a program in which %s", async (_, mistake, harmed) => {
		const kind = "StarPRNT, network, counter";
		const { sums, bytes } = await soundRun(kind);
		let found = 0;
		for (let position = bytes - 12; position <= bytes; position += 1) {
			const cell: Cell = { kind, fault: "kill -9", isFollowed: false, isRetried: false, position, mistake };
			found += (await play(cell, sums))[harmed];
		}
		expect(found).toBeGreaterThan(0);
	});
});
