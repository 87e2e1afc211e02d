import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSlipBox } from "../../src/sim/printer/paper-roll.ts";
import { type PrinterSettings, startPrinter } from "../../src/sim/printer/printer.ts";
import { until } from "../support/until.ts";
import { plugInto, runningTimeline, temporaryFolder } from "./room.ts";
import { steppedTimeline } from "./stepped-timeline.ts";

// All bytes written from the ESC/POS reference, none recorded.
const cut = [0x1d, 0x56, 0x00];
const fence = (job: string): number[] => [0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, ...Buffer.from(job)];
const fenceAnswer = (job: string): string => `3722${Buffer.from(job).toString("hex")}00`;
const black = (rows: number, bytesPerRow = 72): number[] => [
	0x1d,
	0x76,
	0x30,
	0x00,
	bytesPerRow,
	0x00,
	rows & 0xff,
	rows >> 8,
	...new Array<number>(rows * bytesPerRow).fill(0xff),
];

async function printer(settings: Partial<PrinterSettings> = {}, timeline = runningTimeline()) {
	const folder = temporaryFolder();
	const box = openSlipBox(folder);
	const printer = await startPrinter({ id: "till-printer", millimetresPerSecond: 2_000, bootMs: 50, ...settings }, box, timeline);
	onTestFinished(() => printer.stop());
	const host = await plugInto(printer.port);
	return { printer, box, folder, host };
}

describe("the virtual receipt printer", () => {
	it("draws a picture dot by dot and drops the cut slip as a PNG", async () => {
		const { host, box, folder } = await printer();
		host.send(0x1b, 0x40, 0x1d, 0x76, 0x30, 0x00, 2, 0, 3, 0, 0x80, 0x01, 0x00, 0x00, 0xff, 0xff, ...cut);
		await until(() => box.slips().length === 1, "the slip");
		const png = PNG.sync.read(readFileSync(join(folder, "slips", "0001.png")));
		const isBlack = (x: number, y: number): boolean => png.data[(y * png.width + x) * 4] === 0;
		expect([png.width, png.height]).toEqual([576, 3]);
		expect([isBlack(0, 0), isBlack(1, 0), isBlack(15, 0), isBlack(16, 0), isBlack(0, 1), isBlack(7, 2), isBlack(16, 2)]).toEqual([
			true,
			false,
			true,
			false,
			false,
			true,
			false,
		]);
		expect(JSON.parse(readFileSync(join(folder, "slips.json"), "utf8"))).toMatchObject([{ n: 1, state: "complete", rows: 3 }]);
	});

	it("draws stored graphics as it draws a raster", async () => {
		const { host, box } = await printer();
		host.send(0x1d, 0x76, 0x30, 0, 1, 0, 2, 0, 0xaa, 0x55, ...cut);
		host.send(0x1d, 0x28, 0x4c, 12, 0, 0x30, 0x70, 0x30, 1, 1, 0x31, 8, 0, 2, 0, 0xaa, 0x55);
		host.send(0x1d, 0x28, 0x4c, 2, 0, 0x30, 0x32, ...cut);
		await until(() => box.slips().length === 2, "both slips");
		expect(box.slips()[0]!.sha256).toBe(box.slips()[1]!.sha256);
	});

	it("answers the fence only when the rows before it are on paper", async () => {
		const timeline = steppedTimeline();
		const { host, printer: device } = await printer({ millimetresPerSecond: 200 }, timeline);
		const asked = [...black(160), ...fence("0001")];
		host.send(...asked);
		await until(() => device.facts().bytesReceived === asked.length, "all bytes");
		// 160 rows of an eighth of a millimetre take 100 ms.
		timeline.advance(99);
		// A question for the status is answered at once, and answers keep their order: the fence was not answered before it.
		host.send(0x10, 0x04, 0x01);
		await until(() => host.answered() !== "", "the status");
		expect(host.answered()).toMatch(/^..$/);
		timeline.advance(1);
		await until(() => host.answered().endsWith(fenceAnswer("0001")), "the answer");
		expect(device.facts().rowsPrinted).toBe(160);
	});

	it("answers status questions at once, even from inside a picture, and keeps the picture whole", async () => {
		const { host, box, printer: device } = await printer();
		const picture = black(3, 4);
		picture.splice(8, 3, 0x10, 0x04, 0x01);
		device.coverOpen();
		host.send(...picture, 0x10, 0x04, 0x02, ...cut);
		await until(() => host.answered() === "1e16", "both answers");
		expect(device.facts().rowsPrinted).toBe(0);
		device.coverClose();
		await until(() => box.slips()[0]?.rows === 3, "the slip");
	});

	it("stops reading the host when its buffer is full, and goes on after the cover is closed", async () => {
		const { host, printer: device, box } = await printer();
		device.coverOpen();
		host.socket.write(Uint8Array.from(black(2_000).concat(cut)));
		await until(() => device.facts().buffered === 4_096, "a full buffer");
		expect(device.facts().bytesReceived).toBeLessThan(144_000);
		device.coverClose();
		await until(() => box.slips()[0]?.rows === 2_000, "the slip");
	});

	it("holds the fence back while the paper is out, says so when asked to, and goes on with new paper", async () => {
		const { host, printer: device, box } = await printer();
		host.send(0x1d, 0x61, 0x0f);
		await until(() => host.answered() === "14000000", "the first status");
		device.paperOut(10);
		host.send(...black(20), ...fence("0002"), ...cut);
		await until(() => host.answered().endsWith("1c000f00"), "paper end");
		expect(device.facts().rowsPrinted).toBe(10);
		expect(host.answered()).not.toContain(fenceAnswer("0002"));
		device.paperIn();
		await until(() => host.answered().endsWith(`14000000${fenceAnswer("0002")}`), "the answer");
		await until(() => box.slips()[0]?.rows === 20, "one whole slip");
	});

	it("loses its buffer and its wish for status when the power goes, and the slip that hung there is void", async () => {
		const { host, printer: device, box } = await printer();
		host.send(0x1d, 0x61, 0x0f, ...black(8));
		await until(() => device.facts().rowsPrinted === 8, "ink");
		device.powerCycle();
		await until(() => host.socket.destroyed, "the reset");
		let again = await plugInto(device.port);
		await until(async () => {
			if (again.socket.destroyed) again = await plugInto(device.port);
			return device.facts().isConnected;
		}, "it is on again");
		again.send(...Buffer.from("*** VOID ***\n"), ...cut, ...black(8), ...fence("0003"), ...cut);
		await until(() => box.slips().length === 2, "two slips");
		expect(box.slips().map((slip) => slip.state)).toEqual(["void", "complete"]);
		await until(() => again.answered() === fenceAnswer("0003"), "the answer");
	});

	it("resets the connection in the middle of a picture", async () => {
		const { host, printer: device, box } = await printer();
		device.resetAfterBytes(8 + 72 * 5);
		host.send(...black(10));
		await until(() => host.socket.destroyed, "the reset");
		expect(device.facts().rowsPrinted).toBe(5);
		const again = await plugInto(device.port);
		again.send(...new Array<number>(72 * 5).fill(0), 0x1b, 0x40, ...cut);
		await until(() => box.slips()[0]?.state === "void", "the slip");
	});

	it("stops at a jammed cutter and cuts once when told to recover", async () => {
		const { host, printer: device, box } = await printer();
		device.jamCutter();
		host.send(...black(2), ...cut, ...fence("0004"));
		await until(() => device.facts().cutterJammed, "the jam");
		host.send(0x10, 0x04, 0x03);
		await until(() => host.answered() === "1a", "the error");
		host.send(0x10, 0x05, 0x01);
		await until(() => host.answered() === `1a${fenceAnswer("0004")}`, "the answer");
		expect(box.slips().length).toBe(1);
	});

	it("as a clone prints the fence as text and never answers it, but answers GS r", async () => {
		const { host, box } = await printer({ isClone: true });
		host.send(...black(2), ...fence("0005"), 0x1d, 0x72, 0x01, 0x0a, ...cut);
		await until(() => box.slips().length === 1 && host.answered() === "00", "the slip and the answer");
		expect(box.slips()[0]!.text).toContain("0005");
	});

	it("says who it is and opens the drawer", async () => {
		const { host, printer: device } = await printer();
		host.send(0x1d, 0x49, 67, 0x1b, 0x70, 0, 25, 250);
		await until(() => device.facts().drawerOpen, "the drawer");
		await until(() => Buffer.from(host.answered(), "hex").toString("latin1") === "_TM-T88V\0", "its model");
	});
});
