/** A virtual label printer on a wire in simulated time, for tests of the driver: what is written arrives a moment later. */
import type { Port } from "../../../drivers/transport/port.ts";
import type { LabelPile, PaperLabel } from "../../../src/sim/printer/label-pile.ts";
import { buildLabelPrinter, type HostLine, type LabelPrinterSettings } from "../../../src/sim/printer/label-printer.ts";
import type { Timeline } from "../../../src/sim/timeline.ts";

const wireMs = 2;

export function memoryPile(): LabelPile {
	const labels: PaperLabel[] = [];
	return {
		drop: ({ printer, state, width, rows }) => {
			const sha256 = Buffer.concat(rows).toString("hex");
			labels.push({ n: labels.length + 1, printer, at: "", state, sha256, width, rows: rows.length });
		},
		labels: () => labels,
		png: () => undefined,
	};
}

/** By the clock of `vi.useFakeTimers`. */
export function fakeTimeline(): Timeline {
	const timers = new Set<NodeJS.Timeout>();
	return {
		now: () => performance.now(),
		after(ms, act) {
			const timer = setTimeout(() => {
				timers.delete(timer);
				act();
			}, ms);
			timers.add(timer);
			return () => clearTimeout(timer);
		},
		stop: () => {
			for (const timer of timers) clearTimeout(timer);
		},
	};
}

export function labelWire(settings: Partial<LabelPrinterSettings> = {}, { isCable = false } = {}) {
	const pile = memoryPile();
	const printer = buildLabelPrinter({ id: "label-printer-1", ...settings }, pile, fakeTimeline());
	/** The host's end. Rejects where the printer is off. */
	const open = async (): Promise<Port> => {
		let hear: (bytes: Uint8Array) => void = () => {};
		let hearClosed: (why: Error | undefined) => void = () => {};
		let isOver = false;
		const callbacks: Record<string, ((bytes: Buffer) => void)[]> = { data: [], end: [], close: [] };
		const over = (why?: Error): void => {
			if (isOver) return;
			isOver = true;
			for (const callback of callbacks.close!) callback(Buffer.alloc(0));
			hearClosed(why);
		};
		const line: HostLine = {
			on: (event: string, callback: (bytes: Buffer) => void) => callbacks[event]!.push(callback),
			write: (bytes) => void setTimeout(() => !isOver && hear(Uint8Array.from(bytes)), wireMs),
			// A cable carries no end and no reset: its other end stays plugged in.
			end: () => !isCable && setTimeout(() => over(new Error("ended")), wireMs),
			resetAndDestroy: () => !isCable && setTimeout(() => over(new Error("reset")), wireMs),
			destroy: () => over(),
			get writable() {
				return !isOver;
			},
		};
		if (!printer.plug(line)) throw new Error("refused");
		return {
			name: "wire",
			async write(bytes) {
				if (isOver) throw new Error("over");
				const copy = Buffer.from(bytes);
				setTimeout(() => {
					if (!isOver) for (const callback of callbacks.data!) callback(copy);
				}, wireMs);
			},
			onBytes: (callback) => {
				hear = callback;
			},
			onClosed: (callback) => {
				hearClosed = callback;
			},
			close: async () => over(),
		};
	};
	return { pile, printer, open, whole: () => pile.labels().filter(({ state }) => state === "whole") };
}
