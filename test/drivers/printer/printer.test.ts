import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PrinterReport, PrintOutcome } from "../../../drivers/printer/printer.ts";
import { runPrinter } from "../../../drivers/printer/printer.ts";
import { receiptBody } from "../../../drivers/printer/receipt/receipt.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { parseTrace, playTrace } from "../../../drivers/transport/trace-port.ts";

const well = [0x14, 0, 0, 0];
const paperOut = [0x1c, 0, 0x0f, 0];
const coverOpen = [0x3c, 0, 0, 0];
const knifeStuck = [0x1c, 0x08, 0, 0];
const job = { id: "bon-4711", tag: "0001", document: "Milch | 1,59" };
const settings = { id: "till-1", encoding: "multilingual", locale: "en", silentAfterMs: 10_000, baudRate: 38400 } as const;
const cut = Buffer.from("1d564200", "hex");
const fenceOf = (tag: string) => Buffer.concat([Buffer.from("1d2848060030", "hex"), Buffer.from("0"), Buffer.from(tag)]);

interface Script {
	confirm?: "process-id" | "gs-r" | "none";
	mode?: "text" | "raster";
	/** Tells its status only when asked. */
	polled?: boolean;
	mute?: boolean;
}

/** A printer made of a script: it keeps what it got, and says what the test lets it say. */
function printerOn({ confirm = "process-id", polled = false, mute = false, mode = "text" }: Script = {}) {
	let listener: (bytes: Uint8Array) => void = () => {};
	let status = well;
	let taken = Buffer.alloc(0);
	let broken = false;
	const reports: PrinterReport[] = [];
	const say = (...pieces: (number[] | Uint8Array)[]) => pieces.forEach((piece) => listener(Uint8Array.from(piece)));
	const port: Port = {
		name: "10.0.0.9:9100",
		async write(bytes) {
			if (broken) throw new Error("EPIPE");
			taken = Buffer.concat([taken, bytes]);
			if (mute) return;
			if (confirm !== "none" && bytes[0] === 0x1b && bytes[1] === 0x3d && !polled) queueMicrotask(() => say(status));
			if (polled && bytes[0] === 0x10 && bytes[1] === 0x04) {
				const answers = [
					0x12,
					status[0]! & 0x08 ? 0x1a : 0x12,
					status === coverOpen ? 0x16 : 0x12,
					0x12,
					status === paperOut ? 0x72 : 0x12,
				];
				queueMicrotask(() => say([answers[bytes[2]!]!]));
			}
		},
		onBytes: (next) => {
			listener = next;
		},
		onClosed: () => {
			throw new Error("the port's closing is listened to by whoever keeps it open");
		},
		close: async () => {},
	};
	const options = { ...settings, model: "generic-80mm", mode, confirm };
	const printer = runPrinter(port, options, (report) => reports.push(report), receiptBody);
	const become = (next: number[]) => {
		status = next;
		if (!polled) say(next);
	};
	status = well;
	return {
		printer,
		reports,
		questions: () => [...taken.toString("hex").matchAll(/1004(0[1-4])/g)].length,
		say,
		become,
		breakLink: () => {
			broken = true;
		},
		count: (bytes: Uint8Array) => {
			let found = 0;
			for (let at = taken.indexOf(bytes); at !== -1; at = taken.indexOf(bytes, at + 1)) found += 1;
			return found;
		},
		words: () => taken.toString("latin1"),
		codes: () =>
			reports.flatMap((report) => {
				if (report.type === "trouble") return [report.trouble.code];
				return report.type === "trouble-over" ? [`over ${report.code}`] : [];
			}),
		printed: (tag = job.tag) => say([0x37, 0x22, ...Buffer.from(tag), 0x00]),
	};
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What has become of it by now. */
function watch(promise: Promise<PrintOutcome>): { outcome: PrintOutcome | "open" } {
	const seen: { outcome: PrintOutcome | "open" } = { outcome: "open" };
	void promise.then((outcome) => {
		seen.outcome = outcome;
	});
	return seen;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a receipt", () => {
	it("is printed when the printer says so, and only then cut", async () => {
		const on = printerOn();
		const seen = watch(on.printer.print(job));
		await pass(500);
		expect(on.words()).toContain("Milch");
		expect(on.count(fenceOf("0001"))).toBe(1);
		expect([seen.outcome, on.count(cut)]).toEqual(["open", 0]);
		on.printed();
		await pass(0);
		expect([seen.outcome, on.count(cut)]).toEqual([{ state: "printed" }, 1]);
	});

	it("is printed when the answer comes in two pieces, behind a status", async () => {
		const on = printerOn();
		const seen = watch(on.printer.print(job));
		await pass(500);
		on.say([...well, 0x37, 0x22, 0x30], [0x30, 0x30, 0x31, 0x00]);
		await pass(0);
		expect(seen.outcome).toEqual({ state: "printed" });
	});

	it("is not settled by the answer to another receipt", async () => {
		const on = printerOn();
		const seen = watch(on.printer.print(job));
		await pass(500);
		on.printed("0000");
		await pass(0);
		expect(seen.outcome).toBe("open");
	});

	it("waits for paper before its first byte, however long", async () => {
		const on = printerOn();
		await pass(0);
		on.become(paperOut);
		const seen = watch(on.printer.print(job));
		// The printer still tells its status when asked, as it does while it waits for a roll.
		for (let minute = 0; minute < 60; minute++) {
			await pass(5_000);
			on.say(paperOut);
		}
		expect([seen.outcome, on.count(Buffer.from("Milch"))]).toEqual(["open", 0]);
		expect(on.codes()).toEqual(["printer-paper-out"]);
		on.become(well);
		await pass(500);
		on.printed();
		await pass(0);
		expect(seen.outcome).toEqual({ state: "printed" });
		expect(on.codes()).toEqual(["printer-paper-out", "over printer-paper-out"]);
	});

	it("has its clock stopped while a roll is changed in its middle", async () => {
		const on = printerOn();
		const seen = watch(on.printer.print(job));
		await pass(500);
		on.become(paperOut);
		await pass(600_000);
		on.become(coverOpen);
		await pass(60_000);
		expect(seen.outcome).toBe("open");
		on.become(well);
		on.printed();
		await pass(0);
		expect([seen.outcome, on.count(cut)]).toEqual([{ state: "printed" }, 1]);
	});

	it("has its clock stopped by XOFF", async () => {
		const on = printerOn();
		const seen = watch(on.printer.print(job));
		await pass(500);
		on.say([0x13]);
		await pass(60_000);
		expect(seen.outcome).toBe("open");
		on.say([0x11]);
		await pass(60_000);
		expect(seen.outcome).toMatchObject({ state: "in-doubt", why: "no-answer" });
	});

	it("is in doubt when the link is lost before the answer, and is not cut", async () => {
		const on = printerOn();
		const seen = watch(on.printer.print(job));
		await pass(500);
		on.printer.stop();
		await pass(0);
		const trouble = { code: "printer-in-doubt", facts: { device: "till-1", job: "bon-4711" } };
		expect(seen.outcome).toMatchObject({ state: "in-doubt", why: "link-lost", trouble });
		expect(on.count(cut)).toBe(0);
	});

	it("is in doubt when a write fails after the first byte", async () => {
		const on = printerOn();
		await pass(0);
		const seen = watch(on.printer.print(job));
		await pass(0);
		on.breakLink();
		await pass(20_000);
		expect(seen.outcome).toMatchObject({ state: "in-doubt", why: "link-lost" });
	});

	it.each([
		["the knife is stuck", knifeStuck, "printer-error"],
		["the printer was switched off and on", [0x3b, 0x31, 0x00], "printer-restarted"],
	])("is in doubt when %s", async (_, bytes, why) => {
		const on = printerOn();
		const seen = watch(on.printer.print(job));
		await pass(500);
		on.say(bytes);
		await pass(0);
		expect(seen.outcome).toMatchObject({ state: "in-doubt", why });
	});

	it("is not started when the printer says nothing at all", async () => {
		const on = printerOn({ mute: true });
		const seen = watch(on.printer.print(job));
		await pass(20_000);
		expect(seen.outcome).toMatchObject({ state: "not-started", trouble: { code: "device-silent" } });
		expect(on.count(Buffer.from("Milch"))).toBe(0);
	});

	it("and those behind it are free when the link is lost before their turn", async () => {
		const on = printerOn();
		const first = watch(on.printer.print(job));
		const second = watch(on.printer.print({ ...job, tag: "0002" }));
		await pass(500);
		on.printer.stop();
		await pass(0);
		expect(first.outcome).toMatchObject({ state: "in-doubt" });
		expect(second.outcome).toMatchObject({ state: "not-started", trouble: { code: "port-lost" } });
	});

	it("opens the drawer once, after it is printed", async () => {
		const on = printerOn();
		const pulse = Buffer.from("1b7000", "hex");
		void on.printer.print({ ...job, openDrawer: true });
		await pass(500);
		expect(on.count(pulse)).toBe(0);
		on.printed();
		await pass(5_000);
		expect(on.count(pulse)).toBe(1);
	});

	it("is refused, and nothing is sent, when its tag or its document cannot be", async () => {
		const on = printerOn();
		await expect(on.printer.print({ ...job, tag: "1" })).rejects.toThrow(RangeError);
		await expect(on.printer.print({ ...job, document: "x".repeat(70_000) })).rejects.toThrow(RangeError);
		expect(on.words()).not.toContain("x");
	});

	it("is drawn, and asks nothing between its dots", async () => {
		const on = printerOn({ mode: "raster" });
		const seen = watch(on.printer.print({ ...job, document: "Käse 牛奶 | 1,59\n".repeat(20) }));
		await pass(3_000);
		on.printed();
		await pass(0);
		expect(seen.outcome).toEqual({ state: "printed" });
		const sent = Buffer.from(on.words(), "latin1");
		const [from, to] = [sent.indexOf(Buffer.from("1d7630", "hex")), sent.indexOf(fenceOf("0001"))];
		expect(from).toBeGreaterThan(0);
		expect(sent.subarray(from, to).includes(Buffer.from("1004", "hex"))).toBe(false);
	});
});

describe("a printer without a process id", () => {
	it("answers the paper question instead", async () => {
		const on = printerOn({ confirm: "gs-r" });
		const seen = watch(on.printer.print(job));
		await pass(500);
		expect(on.count(Buffer.from("1d7201", "hex"))).toBe(2);
		on.say([0x00, 0x00]);
		await pass(0);
		expect(seen.outcome).toEqual({ state: "printed" });
	});

	it("that never answers anything gets its receipt sent, and no more is claimed", async () => {
		const on = printerOn({ confirm: "none" });
		const seen = watch(on.printer.print(job));
		await pass(5_000);
		expect([seen.outcome, on.count(cut)]).toEqual([{ state: "sent" }, 1]);
		await pass(60_000);
		expect(on.codes()).toEqual([]);
	});

	it("but with a status is waited for until its cover is closed", async () => {
		const on = printerOn({ confirm: "none", polled: true });
		on.become(coverOpen);
		await pass(2_000);
		const seen = watch(on.printer.print(job));
		await pass(30_000);
		expect([seen.outcome, on.codes()]).toEqual(["open", ["printer-cover-open"]]);
		on.become(well);
		await pass(6_000);
		expect(seen.outcome).toEqual({ state: "sent" });
	});
});

describe("a receipt in doubt", () => {
	it("is marked void and cut off, with a tag that its own late answer cannot settle", async () => {
		const on = printerOn();
		const seen = watch(on.printer.voidInDoubt(job));
		await pass(500);
		expect(on.words()).toContain("*** VOID - NOT COMPLETE ***");
		on.printed("0001");
		await pass(0);
		expect([seen.outcome, on.count(cut)]).toEqual(["open", 0]);
		on.printed("v001");
		await pass(0);
		expect([seen.outcome, on.count(cut)]).toEqual([{ state: "printed" }, 1]);
	});
});

describe("a printer", () => {
	it("that only answers when asked tells all the same", async () => {
		const on = printerOn({ polled: true });
		await pass(1_000);
		expect(on.reports.at(-1)).toMatchObject({ type: "status", status: { online: true, cover: "closed", paper: "ok" } });
		on.become(paperOut);
		await pass(6_000);
		on.become(well);
		await pass(6_000);
		expect(on.codes()).toEqual(["printer-paper-out", "over printer-paper-out"]);
	});

	it("that falls silent is said once, and so is its return", async () => {
		const on = printerOn();
		await pass(60_000);
		expect(on.codes()).toEqual(["device-silent"]);
		on.say(well);
		expect(on.codes()).toEqual(["device-silent", "over device-silent"]);
	});

	it("that answers late, after being asked twice, is not believed to have an open cover", async () => {
		const on = printerOn({ mute: true });
		await pass(3_000);
		expect(on.questions()).toBe(1);
		await pass(3_000);
		expect(on.questions()).toBe(2);
		on.say([0x16], [0x16]);
		await pass(100);
		on.say([0x16]);
		expect(on.codes()).toEqual([]);
	});

	it("has its noise counted", async () => {
		const on = printerOn();
		await pass(0);
		on.say([0xff, 0xfe]);
		expect(on.reports.at(-1)).toEqual({ type: "garbled", count: 2 });
	});
});

describe("the traces of printers", () => {
	const folder = resolve(import.meta.dirname, "../../traces/printer");

	it.each(readdirSync(folder))("%s is played to its end", async (file) => {
		vi.useRealTimers();
		const trace = parseTrace(readFileSync(resolve(folder, file), "utf8"));
		const port = playTrace(trace);
		const options = { ...settings, model: "epson-tm-t88v", mode: "text" as const };
		const body = Buffer.from("1b401d610f4d696c63680a", "hex");
		const printer = runPrinter(
			port,
			options,
			() => {},
			() => ({ bytes: body, millimetres: 5 }),
		);
		const outcome = await printer.print(job);
		await port.played;
		printer.stop();
		expect(outcome.state).toBe(trace.head["outcome"]);
	});
});
