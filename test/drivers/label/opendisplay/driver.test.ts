import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { labelModel } from "../../../../drivers/label/models.ts";
import { isSamePanel, modelNumberOf } from "../../../../drivers/label/opendisplay/panel.ts";
import { runOpenDisplayLabel } from "../../../../drivers/label/opendisplay/run-label.ts";
import type { SessionReport } from "../../../../drivers/label/opendisplay/session-types.ts";
import { frameCutter, frameOf, readReply, startCompressed } from "../../../../drivers/label/opendisplay/wire.ts";
import { packPicture, unpackPicture } from "../../../../drivers/label/picture.ts";
import type { Port } from "../../../../drivers/transport/port.ts";
import { nameOf, panelBytes } from "../../../../src/sim/label/opendisplay/od-glass.ts";
import { buildOdLabel, type OdSettings } from "../../../../src/sim/label/opendisplay/od-label.ts";
import { flashBlob, settingsFrames, wrap } from "../../../../src/sim/label/opendisplay/od-wire.ts";
import { seeded } from "../../../../src/sim/seeded.ts";
import { networkTo, pricesFor, settingsBy, virtualTime } from "./world.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("frames of an OpenDisplay label", () => {
	const cut = (...pieces: string[]): { frames: string[]; lost: number; held: number } => {
		const frames: string[] = [];
		let lost = 0;
		const take = frameCutter(
			(frame) => frames.push(Buffer.from(frame).toString("hex")),
			() => (lost += 1),
		);
		for (const piece of pieces) take(hex(piece));
		return { frames, lost, held: take.held() };
	};

	it("one frame, two in one read, one in two reads, its length split, an end that does not come", () => {
		expect(cut("0200 0043")).toEqual({ frames: ["0043"], lost: 0, held: 0 });
		expect(cut("0200 0043 0300 004400")).toEqual({ frames: ["0043", "004400"], lost: 0, held: 0 });
		expect(cut("0200 00", "43")).toEqual({ frames: ["0043"], lost: 0, held: 0 });
		expect(cut("02", "00 0043 02")).toEqual({ frames: ["0043"], lost: 0, held: 1 });
		expect(cut("ff0f 0043")).toEqual({ frames: [], lost: 1, held: 0 });
		expect(cut("fe0f 0043")).toEqual({ frames: [], lost: 0, held: 4 });
	});

	it("a length of nothing or beyond 4094 ends the reading once, and what comes later is dropped", () => {
		expect(cut("0000 0200 0043", "0200 0043")).toEqual({ frames: [], lost: 1, held: 0 });
		expect(cut("0200 0043 ffff", "0200 0043")).toEqual({ frames: ["0043"], lost: 1, held: 0 });
	});

	it("a frame with another first byte, or too short, is no reply", () => {
		for (const rubbish of ["", "00", "4300", "7f43aa"]) expect(readReply(hex(rubbish))).toEqual({ is: "unreadable" });
		expect(readReply(hex("ffff"))).toMatchObject({ is: "error", opcode: 0xff });
	});
});

describe("an OpenDisplay panel as a model", () => {
	it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
		"scheme %i: the number is told apart from OpenEPaperLink's, and a picture comes back from its bytes",
		(scheme) => {
			for (const quarterTurns of [0, 1, 2, 3])
				for (const modes of [0x08, 0x09, 0x0a]) {
					const number = modelNumberOf({ width: 29, height: 12, scheme, controller: 0x1e, quarterTurns, modes })!;
					expect(number).toBeGreaterThan(0xffff);
					const model = labelModel(number)!;
					expect([model.width, model.height]).toEqual(quarterTurns % 2 === 0 ? [29, 12] : [12, 29]);
					const luck = seeded(scheme + 10 * quarterTurns);
					const indexes = Uint8Array.from({ length: 29 * 12 }, () => luck.between(0, model.colours.length - 1));
					const { dataType, bytes } = packPicture(indexes, model, 0);
					expect(unpackPicture(dataType, bytes, model)).toEqual(indexes);
				}
		},
	);

	it("has no model for a scheme without a sender or a size of nothing", () => {
		const panel = { width: 296, height: 128, scheme: 3, controller: 0, quarterTurns: 0, modes: 9 };
		expect(modelNumberOf({ ...panel, scheme: 100 })).toBeUndefined();
		expect(modelNumberOf({ ...panel, width: 0 })).toBeUndefined();
		expect(modelNumberOf({ ...panel, height: 4_096 })).toBeUndefined();
		expect(labelModel(0xd)).toBeUndefined();
		expect(isSamePanel(modelNumberOf(panel)!, modelNumberOf({ ...panel, modes: 8 })!)).toBe(true);
		expect(isSamePanel(modelNumberOf(panel)!, modelNumberOf({ ...panel, scheme: 1 })!)).toBe(false);
	});
});

/** The driver on one link to a virtual label. */
async function linked(change: Partial<OdSettings> = {}) {
	const luck = seeded(1);
	const time = virtualTime();
	const settings: OdSettings = { ...settingsBy(luck), refreshMs: 500, ...change };
	const label = buildOdLabel(settings, time.timeline);
	const network = networkTo(() => label, time, luck);
	let port: Port | undefined;
	void network.open().then((opened) => (port = opened));
	await time.runTo(100);
	const said: SessionReport[] = [];
	const running = runOpenDisplayLabel(port!, { timers: time.timers }, (report) => said.push(report));
	await time.runTo(5_000);
	return { time, label, network, said, running, prices: pricesFor(settings), types: () => said.map(({ type }) => type) };
}

describe("the driver of an OpenDisplay label", () => {
	it("learns the panel, the battery and the number from the label itself", async () => {
		const { said } = await linked({ number: "0000D83BDA123456", batteryMv: 2_870, celsius: -5, sleepSeconds: 900 });
		expect(said).toHaveLength(1);
		expect(said[0]).toMatchObject({
			type: "ready",
			label: { firmware: 0x0201, number: "0000D83BDA123456", sleeps: true },
			advert: { batteryMillivolts: 2_870, temperatureCelsius: -5, restarted: true },
		});
	});

	it.each([0, 1, 2, 3] as const)(
		"scheme %i: draws compressed and as it stands, in more than one piece, and the glass has it",
		async (scheme) => {
			for (const modes of [0x08, 0x09]) {
				const panel = { width: 400, height: 300, scheme, controller: 0x1d, turns: 1 as const, modes };
				const { time, label, running, prices, types } = await linked({ panel });
				const picture = prices.picture(7);
				expect(picture.bytes.length).toBeGreaterThan(8_192);
				running.show(picture);
				await time.runTo(60_000);
				expect(types().filter((type) => type !== "alive")).toEqual(["ready", "started", "downloaded", "drawn"]);
				expect(nameOf(label.glass!)).toBe(prices.glassOf(picture));
				expect(label.counts).toMatchObject({ draws: 1, refusals: 0, brokenFrames: 0 });
			}
		},
	);

	it("sends a picture as it stands to a label that refuses the compressed one", async () => {
		const { time, label, running, prices, types } = await linked({
			panel: { width: 16, height: 8, scheme: 1, controller: 0, turns: 0, modes: 0x09 },
		});
		const picture = { ...prices.picture(3) };
		const raw = Buffer.alloc(panelBytes(label.settings.panel), 0x5a);
		// A window of 32 kB has no room in the label.
		running.show({ ...picture, bytes: Uint8Array.from(deflateSync(raw)) });
		await time.runTo(30_000);
		expect(label.counts.refusals).toBe(1);
		expect(types().filter((type) => type !== "alive")).toEqual(["ready", "started", "started", "downloaded", "drawn"]);
		expect(nameOf(label.glass!)).toBe(nameOf(raw));
	});

	it("says drawn only for 73: a jammed panel is not drawn, and is said so", async () => {
		const { time, label, running, prices, types } = await linked();
		label.jamPanel(1, true);
		running.show(prices.picture(1));
		await time.runTo(120_000);
		expect(types().filter((type) => type !== "alive")).toEqual(["ready", "started", "downloaded", "not-drawn"]);
	});

	it("a 73 that nobody is waiting for is counted, and proves nothing", async () => {
		const { time, network, said } = await linked();
		network.inject(wrap(0x00, 0x73));
		await time.runTo(6_000);
		expect(said.slice(1)).toEqual([{ type: "garbled", kind: "stray" }]);
	});

	it("a newer picture takes the place of one that is on its way; one that is being drawn is drawn first", async () => {
		const { time, running, prices, said, label } = await linked({
			panel: { width: 400, height: 300, scheme: 1, controller: 0, turns: 0, modes: 0x08 },
		});
		const [first, second, third] = [1, 2, 3].map((n) => prices.picture(n)) as [
			ReturnType<typeof prices.picture>,
			...ReturnType<typeof prices.picture>[],
		];
		running.show(first);
		await time.runTo(5_100);
		running.show(second!);
		for (let ms = 5_200; !said.some(({ type }) => type === "downloaded"); ms += 10) await time.runTo(ms);
		running.show(third!);
		await time.runTo(60_000);
		expect(said.filter(({ type }) => type === "drawn")).toEqual([
			{ type: "drawn", version: second!.version },
			{ type: "drawn", version: third!.version },
		]);
		expect(nameOf(label.glass!)).toBe(prices.glassOf(third!));
	});

	it("keeps the link beyond the label's half minute of patience", async () => {
		const { time, types, network } = await linked();
		await time.runTo(300_000);
		expect(network.isUp()).toBe(true);
		expect(types().filter((type) => type === "alive").length).toBeGreaterThan(10);
	});
});

/** A label that answers each command with given frames. */
function answering(answers: Readonly<Record<number, string[]>>) {
	const time = virtualTime();
	let hear: (bytes: Uint8Array) => void = () => {};
	let isOpen = true;
	const said: SessionReport[] = [];
	const asked: number[] = [];
	const port: Port = {
		name: "label",
		write(bytes) {
			asked.push(bytes[3]!);
			for (const answer of answers[bytes[3]!] ?? []) time.timeline.after(1, () => hear(frameOf(hex(answer))));
			return Promise.resolve();
		},
		onBytes: (listener) => {
			hear = listener;
		},
		onClosed: () => {},
		close: () => {
			isOpen = false;
			return Promise.resolve();
		},
	};
	const running = runOpenDisplayLabel(port, { timers: time.timers }, (report) => said.push(report));
	return { time, said, asked, running, isOpen: () => isOpen };
}

const firmware = "0043020128" + "61".repeat(40) + "00";
const settingsOf = (change: Partial<OdSettings["panel"]> = {}, spoil: (blob: Buffer) => Buffer = (blob) => blob): string[] => {
	const blob = spoil(flashBlob({ width: 296, height: 128, scheme: 3, controller: 0, turns: 0, modes: 9, ...change }, 0, undefined));
	return settingsFrames(blob).map((frame) => Buffer.from(frame.subarray(2)).toString("hex"));
};

describe("a label that no picture can be made for", () => {
	const flipped = (at: number) => (blob: Buffer) => {
		blob[at]! ^= 1;
		return blob;
	};
	it.each([
		["settings whose sum is wrong", firmware, settingsOf({}, flipped(40)), /\(sum\)/],
		["settings that lose a chunk", firmware, settingsOf().slice(1), /\(chunk-lost\)/],
		["settings longer than they said", firmware, ["00400000030000000102"], /\(too-long\)/],
		["settings refused", firmware, ["ff400000"], /settings cannot be read/],
		["a colour scheme nobody sends", firmware, settingsOf({ scheme: 100 as 0 }), /296 x 128, colour scheme 100/],
		["firmware before 2.0 that loses red", firmware.replace("00430201", "00430041"), settingsOf({ scheme: 1 }), /older than 2.0/],
		["no firmware version", "0043", settingsOf(), /firmware version/],
	])("%s", async (_, version, settings, why) => {
		const { time, said } = answering({ 0x43: [version], 0x40: settings });
		await time.runTo(30_000);
		expect(said).toEqual([{ type: "unfit", why: expect.stringMatching(why), firmware: expect.any(Number) }]);
	});

	it("wants a key: the link ends and nothing is sent", async () => {
		for (const answer of ["0040fe", "fe40"]) {
			const { time, said, asked, isOpen } = answering({ 0x43: [firmware], 0x40: [answer] });
			await time.runTo(1_000);
			expect([said, asked, isOpen()]).toEqual([[{ type: "locked" }], [0x43, 0x40], false]);
		}
	});

	it("is silent: the link ends", async () => {
		const { time, said, isOpen } = answering({ 0x43: [firmware] });
		await time.runTo(60_000);
		expect([said, isOpen()]).toEqual([[{ type: "silent", asked: 0x40 }], false]);
	});

	it("takes a picture as it stands for whole before it has all of it: it counts as refused", async () => {
		const start = startCompressed(1, new Uint8Array(1)).payload.length;
		expect(start).toBe(7);
		const { time, said, running } = answering({
			0x43: [firmware],
			0x40: settingsOf({ width: 400, height: 300, modes: 8 }),
			0x44: ["ff44"],
			0x70: ["0070"],
			0x71: ["0072", "0073"],
		});
		await time.runTo(1_000);
		const model = modelNumberOf({ width: 400, height: 300, scheme: 3, controller: 0, quarterTurns: 0, modes: 8 })!;
		running.show({ version: "A", model, isCompressed: false, bytes: new Uint8Array(30_000) });
		await time.runTo(60_000);
		expect(said.slice(1)).toEqual([
			{ type: "started", version: "A" },
			{ type: "refused", version: "A", at: "data" },
		]);
	});
});
