/** The parts that a print engine is made with, and the calls of the printer around it. */
import type { PrinterCondition } from "./printer-status.ts";

export interface EngineSettings {
	id: string;
	millimetresPerSecond: number;
	paperRows: number;
	nearEndRows: number;
	/** A printer that imitates the language without GS ( and GS I. */
	isClone: boolean;
	language: "esc-pos" | "star";
}

export interface PrintEngine {
	/** How many bytes fit into the buffer now. */
	room(): number;
	receive(bytes: Uint8Array): void;
	condition(): PrinterCondition;
	/** A person did something, or a sensor saw it; tells the host if it asked for status changes. */
	change(change: Partial<PrinterCondition>): void;
	loadPaper(rows: number): void;
	jamAtNextCut(): void;
	openDrawer(): void;
	/** DLE ENQ: 1 goes on where it stopped, 2 forgets what is buffered. */
	recover(way: 1 | 2): void;
	/** Buffer, settings and the wish for status are gone; the paper hangs where it hung. */
	powerCycle(): void;
	/** The host's connection ended; the rest of a picture that it had announced will not come. */
	linkLost(): void;
	sayStatus(): void;
	tear(): void;
	facts(): { paperRowsLeft: number; rowsPrinted: number; drawerPulses: number; rowsHanging: number; buffered: number };
}
