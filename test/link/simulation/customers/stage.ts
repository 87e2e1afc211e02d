import type { Box } from "../box.ts";
import type { World } from "../time.ts";
import type { Errands } from "./errands.ts";
import type { Notes } from "./notes.ts";
import type { RealOffice } from "./office.ts";

/** What the people of a run have around them. */
export interface Stage {
	world: World;
	office: RealOffice;
	boxes: Box[];
	notes: Notes;
	errands: Errands;
	/** A promise is broken; the sentence begins with its name. */
	broke(sentence: string): void;
	nextId(what: string): string;
}

/** What is lent to head office and sold online. */
export const onlineSkus = ["milk", "bread", "soap"] as const;
/** Wine is sold at tills only. */
export const skus = [...onlineSkus, "wine"] as const;
/** What a piece of anything costs, in minor units. */
export const priceMinor = 100;

export const isoIn = (world: World, ms: number): string => new Date(world.trueMs() + ms).toISOString();

/** Asks for something in a store, under one id, until it is answered; `refused` says which refusals are for good (left out: all). */
export function inStore<T>(
	{ errands, world }: Stage,
	box: Box,
	flow: string,
	args: object,
	{ id, told, refused = () => true }: { id: string; told(answer: T, tries: number): void | "later"; refused?(code: string): boolean },
): void {
	errands.run<T>({
		id,
		can: () => box.isOn(),
		ask: () => box.ask(flow, args) as Promise<T>,
		told,
		refused(code) {
			world.saw(`${flow} refused: ${code}`);
			return refused(code);
		},
	});
}
