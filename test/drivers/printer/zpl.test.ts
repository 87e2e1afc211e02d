import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { labelDots, labelPrinterOptions } from "../../../drivers/printer/options.ts";
import { type LabelPrinterReport, runLabelPrinter } from "../../../drivers/printer/zpl/label-printer.ts";
import type { LabelEnd } from "../../../drivers/printer/zpl/label-session.ts";
import { askCount, askStatus, type LabelPicture, labelFormat, takeAnswers } from "../../../drivers/printer/zpl/zpl.ts";
import { openZplReader, type ZplFormat } from "../../../src/sim/printer/zpl-reader.ts";
import { fakeTimeline, labelWire } from "./label-wire.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const status = "\x02030,0,0,0245,000,0,0,0,000,0,0,0\x03\r\n" + "\x02001,0,0,0,0,2,4,0,00000000,1,000\x03\r\n" + "\x021234,0\x03\r\n";
const kinds = (text: string): string[] => takeAnswers(bytesOf(text)).answers.map(({ kind }) => kind);

function pictureOf(seed: number, width = 456, height = 256): LabelPicture {
	const bits = new Uint8Array(Math.ceil(width / 8) * height);
	let state = seed * 2_654_435_761;
	for (let at = 0; at < bits.length; at += 1) {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		// Blank rows, black rows, rows as the one above, and noise.
		const row = Math.floor(at / Math.ceil(width / 8));
		bits[at] = row % 5 === 0 ? 0 : row % 7 === 0 ? 0xff : row % 3 === 0 ? bits[at - Math.ceil(width / 8)]! : state >>> 24;
	}
	return { width, height, bits };
}

describe("the answers of a label printer", () => {
	it("are read whole, two in one read, one in two, and cut anywhere", () => {
		expect(kinds(status)).toEqual(["receiving", "printing", "other"]);
		expect(kinds(`${status}"1204"\r\n${status}`)).toEqual([
			...["receiving", "printing", "other", "value"],
			...["receiving", "printing", "other"],
		]);
		for (let cut = 1; cut < status.length; cut += 1) {
			const first = takeAnswers(bytesOf(status.slice(0, cut)));
			const second = takeAnswers(Buffer.concat([first.rest, bytesOf(status.slice(cut))]));
			expect([...first.answers, ...second.answers].map(({ kind }) => kind)).toEqual(["receiving", "printing", "other"]);
		}
	});

	it("are found after noise, counted once a run, and after a string that never ends", () => {
		expect(kinds(`garbage${status}`)).toEqual(["noise", "receiving", "printing", "other"]);
		expect(kinds(`\x02030,0,0${status}`)).toEqual(["noise", "receiving", "printing", "other"]);
		expect(kinds(`\x02${"0".repeat(4_000)}${status}`)).toEqual(["noise", "receiving", "printing", "other"]);
		expect(takeAnswers(bytesOf(`"${"1".repeat(100)}`)).rest.length).toBeLessThanOrEqual(128);
	});

	it("say what stops it", () => {
		const [first] = takeAnswers(bytesOf("\x02030,1,1,0245,012,0,0,1,000,0,0,1\x03\r\n")).answers;
		expect(first).toEqual({
			kind: "receiving",
			paperOut: true,
			paused: true,
			formats: 12,
			isPartial: true,
			memoryLost: false,
			badHeat: true,
		});
		const [second] = takeAnswers(bytesOf("\x02001,0,1,1,0,2,4,0,00000007,1,000\x03\r\n")).answers;
		expect(second).toEqual({ kind: "printing", headOpen: true, ribbonOut: true, labelsLeft: 7 });
	});
});

describe("a label as a format", () => {
	it("comes to a stranger as the dots that it was made of, at both resolutions", () => {
		for (const dpi of [203, 300] as const) {
			const { width, height } = labelDots({ dpi, widthMm: 57, heightMm: 32 });
			for (let seed = 0; seed < 6; seed += 1) {
				const picture = pictureOf(seed, width, height);
				const formats: ZplFormat[] = [];
				openZplReader({ format: (one) => formats.push(one), tilde: () => {}, getValue: () => {} }).take(labelFormat(picture));
				expect(formats).toHaveLength(1);
				expect(formats[0]!.width).toBe(width);
				expect(Buffer.concat(formats[0]!.rows).equals(picture.bits)).toBe(true);
			}
		}
	});

	it("has dots by its size and resolution", () => {
		expect(labelDots({ dpi: 203, widthMm: 57, heightMm: 32 })).toEqual({ width: 456, height: 256 });
		expect(labelDots({ dpi: 300, widthMm: 57, heightMm: 32 })).toEqual({ width: 673, height: 378 });
	});
});

const optionsOf = (more: object = {}) => labelPrinterOptions.parse({ id: "label-printer-1", protocol: "zpl", host: "wire", ...more });

async function start(wire = labelWire(), more: object = {}) {
	const reports: LabelPrinterReport[] = [];
	const printer = runLabelPrinter(await wire.open(), optionsOf(more), (report) => reports.push(report));
	return { wire, reports, printer };
}

const troublesOf = (reports: readonly LabelPrinterReport[]): string[] =>
	reports.flatMap((report) =>
		report.type === "trouble" ? [report.trouble.code as string] : report.type === "trouble-over" ? [`${report.code} over`] : [],
	);
const wanted = async (): Promise<boolean> => true;

describe("a label printer", () => {
	it("says printed when its count rose by one", async () => {
		const { wire, printer } = await start();
		const begun: (number | undefined)[] = [];
		const begin = async (count: number | undefined) => begun.push(count) > 0;
		const ends = Promise.all([1, 2, 3].map((seed) => printer.print({ id: `l${seed}`, picture: pictureOf(seed), begin })));
		await vi.advanceTimersByTimeAsync(30_000);
		expect(await ends).toEqual(Array(3).fill({ state: "printed" }));
		expect(begun).toEqual([1_204, 1_205, 1_206]);
		expect(wire.whole()).toHaveLength(3);
		printer.stop();
	});

	it.each([
		["paper", "paperOut", "paperIn", "label-printer-paper-out"],
		["its head closed", "headOpen", "headClose", "printer-cover-open"],
		["its pause to end", "pause", "resume", "label-printer-paused"],
	] as const)("waits for %s, before a label and in the middle of one, and prints it once", async (_, stops, goesOn, trouble) => {
		for (const atMs of [0, 1_000, 1_150, 1_300]) {
			const { wire, printer, reports } = await start(labelWire({ millimetresPerSecond: 50 }));
			const printing = printer.print({ id: "l1", picture: pictureOf(1), begin: wanted });
			await vi.advanceTimersByTimeAsync(atMs);
			wire.printer[stops]();
			await vi.advanceTimersByTimeAsync(120_000);
			wire.printer[goesOn]();
			await vi.advanceTimersByTimeAsync(20_000);
			expect([atMs, await printing, wire.whole().length]).toEqual([atMs, { state: "printed" }, 1]);
			expect(troublesOf(reports)).toEqual([trouble, `${trouble} over`]);
			printer.stop();
		}
	});

	it("does not begin a label that is not wanted any more, or that the ledger could not write down", async () => {
		const { wire, printer } = await start();
		const refused = printer.print({ id: "l1", picture: pictureOf(1), begin: async () => false });
		const broken = printer.print({ id: "l2", picture: pictureOf(2), begin: () => Promise.reject(new Error("the disk is full")) });
		await vi.advanceTimersByTimeAsync(10_000);
		expect([await refused, await broken]).toEqual(Array(2).fill({ state: "not-started", why: "not-wanted" }));
		expect(wire.pile.labels()).toEqual([]);
		printer.stop();
	});

	it("prints nothing where the printer does not know its count", async () => {
		const { wire, printer } = await start(labelWire({ withoutCount: true }));
		const printing = printer.print({ id: "l1", picture: pictureOf(1), begin: wanted });
		await vi.advanceTimersByTimeAsync(10_000);
		expect(await printing).toEqual({ state: "not-started", why: "cannot-confirm" });
		expect(wire.pile.labels()).toEqual([]);
		printer.stop();
	});

	it("without a count says printed on a network, and only sent on a cable", async () => {
		const byNetwork = await start(labelWire({ withoutCount: true }), { confirm: "status" });
		const byCable = await start(labelWire({ withoutCount: true }, { isCable: true }), {
			...{ confirm: "status", host: undefined, port: "/dev/wire" },
		});
		for (const [{ printer, wire }, state] of [
			[byNetwork, "printed"],
			[byCable, "sent"],
		] as const) {
			const printing = printer.print({ id: "l1", picture: pictureOf(1), begin: wanted });
			await vi.advanceTimersByTimeAsync(60_000);
			expect([await printing, wire.whole().length]).toEqual([{ state }, 1]);
			printer.stop();
		}
	});

	it("is in doubt, not printed, when somebody else prints meanwhile", async () => {
		const { wire, printer } = await start();
		const begin = async (): Promise<boolean> => {
			wire.printer.printSettings();
			return true;
		};
		const printing = printer.print({ id: "l1", picture: pictureOf(1), begin });
		await vi.advanceTimersByTimeAsync(60_000);
		expect(await printing).toEqual({ state: "in-doubt", why: "count-differs" });
		printer.stop();
	});

	it("asks nothing in the middle of a format", async () => {
		const wire = labelWire();
		const port = await wire.open();
		const written: string[] = [];
		const slow = {
			...port,
			write: async (bytes: Uint8Array) => {
				written.push(Buffer.from(bytes).toString("latin1"));
				await new Promise<void>((resolve) => fakeTimeline().after(3_000, resolve));
				await port.write(bytes);
			},
		};
		const printer = runLabelPrinter(slow, optionsOf({ silentAfterMs: 120_000 }), () => {});
		const printing = printer.print({ id: "l1", picture: pictureOf(1), begin: wanted });
		await vi.advanceTimersByTimeAsync(600_000);
		expect(await printing).toEqual({ state: "printed" });
		const from = written.findIndex((text) => text.startsWith("^XA"));
		const to = written.findIndex((text) => text.includes("^XZ"));
		const between = written.slice(from, to + 1).join("");
		expect(between).not.toContain("~HS");
		expect(between).not.toContain("getvar");
		printer.stop();
	});

	it("is told to be looked at when it says nothing", async () => {
		const { printer, reports } = await start({
			...labelWire(),
			open: async () => ({ ...(await labelWire().open()), write: async () => {} }),
		});
		const printing = printer.print({ id: "l1", picture: pictureOf(1), begin: wanted });
		await vi.advanceTimersByTimeAsync(20_000);
		expect(await printing).toEqual({ state: "not-started", why: "silent" });
		expect(troublesOf(reports)).toEqual(["device-silent"]);
		printer.stop();
	});
});

const faults = ["reset", "half-close", "black-hole", "power cycle", "paper out", "noise", "silent firmware", "program killed"] as const;

/** One label with one fault at one byte; then the next link asks what became of it. */
async function cell(fault: (typeof faults)[number], position: number, isCable: boolean) {
	const wire = labelWire({ millimetresPerSecond: 50, silentWhenStopped: fault === "silent firmware" }, { isCable });
	const options = isCable ? { host: undefined, port: "/dev/wire", baudRate: 115_200 } : {};
	const begun: (number | undefined)[] = [];
	const begin = async (count: number | undefined) => begun.push(count) > 0;
	let { printer } = await start(wire, options);
	const job = { id: "l1", picture: pictureOf(9, 120, 40), begin };
	await vi.advanceTimersByTimeAsync(400);
	if (fault === "reset" || fault === "half-close" || fault === "black-hole") wire.printer.failAfterBytes(position, fault);
	let end: LabelEnd | undefined;
	const printing = printer.print(job).then((is) => {
		end = is;
	});
	if (fault === "power cycle") await vi.advanceTimersByTimeAsync(position).then(() => wire.printer.powerCycle());
	if (fault === "noise") await vi.advanceTimersByTimeAsync(position).then(() => wire.printer.sayNoise(Uint8Array.of(0x31, 0x22, 0x02)));
	if (fault === "paper out" || fault === "silent firmware") {
		await vi.advanceTimersByTimeAsync(position);
		wire.printer.paperOut();
		await vi.advanceTimersByTimeAsync(90_000);
		wire.printer.paperIn();
	}
	if (fault === "program killed") await vi.advanceTimersByTimeAsync(position);
	else await vi.advanceTimersByTimeAsync(120_000);
	// The tender's part: a lost link, or a label in doubt, is followed by a new link and the question.
	if (end === undefined) printer.stop();
	await vi.advanceTimersByTimeAsync(5_000);
	await printing;
	let verdict: string = end!.state;
	if (end!.state === "in-doubt") {
		printer.stop();
		wire.printer.unplug();
		await vi.advanceTimersByTimeAsync(3_000);
		({ printer } = await start(wire, options));
		const settled = printer.settle(begun.at(-1));
		await vi.advanceTimersByTimeAsync(60_000);
		verdict = `in-doubt, ${await settled}`;
	}
	printer.stop();
	return { verdict, whole: wire.whole().length };
}

describe("exactly one label", () => {
	const allowed: Record<string, number> = {
		printed: 1,
		"not-started": 0,
		"in-doubt, printed": 1,
		"in-doubt, not-printed": 0,
	};

	it.each(faults)(
		"is what is said of it, wherever there is %s",
		async (fault) => {
			const wrong: unknown[] = [];
			for (const isCable of [false, true])
				for (let position = 0; position < 1_500; position += 111) {
					const { verdict, whole } = await cell(fault, position, isCable);
					if (allowed[verdict] !== whole) wrong.push({ isCable, position, verdict, whole });
				}
			expect(wrong).toEqual([]);
		},
		60_000,
	);
});

describe("what is asked", () => {
	it("is Zebra's own words", () => {
		expect(Buffer.from(askStatus).toString()).toBe("~HS\r\n");
		expect(Buffer.from(askCount).toString()).toBe('! U1 getvar "odometer.total_label_count"\r\n');
	});
});
