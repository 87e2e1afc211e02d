import { expect, it } from "vitest";
import { fairTurns } from "../../src/access/connections/fair-turns.ts";

const overtaken = new Error("overtaken");

/** Pieces of work that end when they are told to, and who did which in which order. */
function stage(bounds: { ofOne: number; all: number }) {
	const turns = fairTurns({ ...bounds, overtaken: () => overtaken });
	const order: string[] = [];
	const gates: (() => void)[] = [];
	const refused: string[] = [];
	const take = (address: string, isKnown = false): boolean => {
		const taken = turns.take(address, isKnown, async () => {
			order.push(address);
			await new Promise<void>((open) => gates.push(open));
		});
		taken?.catch((error: unknown) => refused.push(error === overtaken ? address : String(error)));
		return taken !== undefined;
	};
	const finish = async (): Promise<void> => {
		for (let idle = 0; idle < 10; idle += 1) {
			for (const open of gates.splice(0)) {
				open();
				idle = 0;
			}
			await new Promise<void>((next) => setImmediate(next));
		}
	};
	return { take, order, refused, finish };
}

it("addresses take turns, whoever sent more", async () => {
	const { take, order, finish } = stage({ ofOne: 3, all: 10 });
	for (const address of ["a", "a", "a", "a", "b", "c"]) expect(take(address)).toBe(true);
	await finish();
	expect(order).toEqual(["a", "a", "b", "c", "a", "a"]);
});

it("of one address only so many wait, and one of an address with the most makes room for another address", async () => {
	const { take, order, refused, finish } = stage({ ofOne: 2, all: 4 });
	expect(["a", "a", "a", "a"].map((address) => take(address))).toEqual([true, true, true, false]);
	expect(["b", "b", "c"].map((address) => take(address))).toEqual([true, true, true]);
	await finish();
	expect(refused).toHaveLength(1);
	expect(order.filter((each) => each === "c")).toHaveLength(1);
	expect(order).toHaveLength(5);
});

it("where every address has one, a further one is refused; who came in before goes every other time", async () => {
	const { take, order, finish } = stage({ ofOne: 2, all: 3 });
	for (const address of ["a", "b", "c", "d"]) expect(take(address)).toBe(true);
	expect(take("e")).toBe(false);
	expect([take("clerk", true), take("clerk", true)]).toEqual([true, true]);
	await finish();
	expect(order).toEqual(["a", "b", "clerk", "c", "clerk", "d"]);
});
