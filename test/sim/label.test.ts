import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { describe, expect, it, onTestFinished } from "vitest";
import { type AccessPointSettings, startAccessPoint } from "../../src/sim/label/access-point.ts";
import { buildLabel, glassPng, reboot, wokeByFirstBoot } from "../../src/sim/label/label.ts";
import { buildLabelBoard } from "../../src/sim/label/label-board.ts";
import { checkInFrame, readPeerFrame } from "../../src/sim/label/oepl-frames.ts";
import { seeded } from "../../src/sim/seeded.ts";
import { until } from "../support/until.ts";
import { runningTimeline, temporaryFolder } from "./room.ts";

// Frames written from OpenEPaperLink's structures, none recorded.
const mac = "00000219B7EA3B1B";
const macOnAir = "1b3beab719020000";
const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
const md5 = (bytes: Uint8Array): Buffer => createHash("md5").update(bytes).digest();

/** E5 cks version[8] size32 type arg nextCheckIn16 attemptsLeft16 mac[8] */
function offer(file: Uint8Array, dataType: number, change: { version?: Buffer; bytes?: number; minutes?: number; argument?: number } = {}) {
	const frame = Buffer.alloc(28);
	frame[0] = 0xe5;
	(change.version ?? md5(file)).copy(frame, 2, 0, 8);
	frame.writeUInt32LE(change.bytes ?? file.length, 10);
	frame[14] = dataType;
	frame[15] = change.argument ?? 0;
	frame.writeUInt16LE(change.minutes ?? 1_000, 18);
	Buffer.from(macOnAir, "hex").copy(frame, 20);
	frame[1] = sum(frame.subarray(2));
	return frame;
}

function zlibFile(content: Uint8Array, windowBits = 12): Buffer {
	const length = Buffer.alloc(4);
	length.writeUInt32LE(content.length);
	return Buffer.concat([length, deflateSync(content, { level: 9, windowBits })]);
}

/** The 200x200 label of hardware type 30: header 06 w16 h16 planes, then the planes. */
const content = (planes: number, fill: (at: number) => number): Buffer =>
	Buffer.concat([Buffer.from([6, 200, 0, 200, 0, planes]), Buffer.from(Array.from({ length: 5_000 * planes }, (_, at) => fill(at)))]);

async function store(change: Partial<AccessPointSettings> = {}, hwType = 0x30) {
	const folder = temporaryFolder();
	const timeline = runningTimeline();
	const label = buildLabel({ mac, hwType, firmware: 0x29 }, seeded(3));
	const labels = new Map([[mac, label]]);
	const board = buildLabelBoard(folder, labels, timeline);
	const events: string[] = [];
	const files = new Map<string, Uint8Array>();
	const asked: string[] = [];
	const http = createServer((request, answer) => {
		asked.push(request.url ?? "");
		const file = files.get(new URL(request.url ?? "", "http://gateway").searchParams.get("md5") ?? "");
		answer.writeHead(file ? 200 : 404).end(file);
	});
	await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
	const udp = createSocket("udp4");
	await new Promise<void>((done) => udp.bind(0, "127.0.0.1", done));
	const checkIns: string[] = [];
	const other: string[] = [];
	udp.on("message", (bytes) => {
		if (bytes[0] === 0xe6) checkIns.push(bytes.toString("hex"));
		else {
			other.push(bytes.toString("hex"));
			events.push(bytes[0] === 0xea ? "complete" : bytes[0] === 0xed ? "given up" : "other");
		}
	});
	const drawn = (one: typeof label): void => {
		events.push("drawn");
		board.drawn(one);
	};
	const station = await startAccessPoint(
		{ alias: "aisle-1", channel: 11, multicast: false, checkInEveryMs: 30, partLoss: 0, speed: 200, minuteMs: 60_000, ...change },
		[label],
		drawn,
		() => {},
		seeded(5),
		timeline,
	);
	station.connect({
		udp: { address: "127.0.0.1", port: udp.address().port },
		getdata: { host: "127.0.0.1", port: (http.address() as { port: number }).port },
	});
	onTestFinished(async () => {
		udp.close();
		http.close();
		await station.stop();
	});
	const tell = (frame: Uint8Array): void => udp.send(frame, station.udpPort, "127.0.0.1");
	const hand = (file: Uint8Array, frame: Buffer): void => {
		files.set(Buffer.from(frame.subarray(2, 10)).reverse().toString("hex").toUpperCase(), file);
		tell(frame);
	};
	await until(() => checkIns.length > 0, "the first check-in");
	return { folder, label, station, events, checkIns, other, asked, tell, hand };
}

describe("a virtual label", () => {
	it("checks in with its state first, and with its MAC only in between", async () => {
		const { checkIns } = await store();
		await until(() => checkIns.length > 1, "a second check-in");
		const full = Buffer.from(checkIns[0]!, "hex");
		expect([full.length, full.toString("hex", 2, 10), full[16], full[17]]).toEqual([31, macOnAir, 0x30, 0xfc]);
		expect([full[1], full[10]]).toEqual([sum(full.subarray(2)), sum(full.subarray(11))]);
		expect(checkIns[1]).toBe(`e612${macOnAir}${"00".repeat(21)}`);
	});

	it("speaks the frame worked out in the protocol notes", () => {
		const status = {
			lqi: 200,
			rssi: -62,
			celsius: 22,
			batteryMv: 2_950,
			hwType: 0x01,
			wakeupReason: 0,
			capabilities: 0x20,
			firmware: 0x29,
			channel: 11,
		};
		const expected = `e61e${macOnAir}86c8c216860b01002029000b000000000000000000`;
		expect(Buffer.from(checkInFrame({ mac, status })).toString("hex")).toBe(expected);
		const said = "e56af129d94266679c598012000020000a00a0051b3beab719020000";
		expect(readPeerFrame(Buffer.from(said, "hex"))).toEqual({
			kind: "offer",
			offer: {
				mac,
				version: "f129d94266679c59",
				bytes: 4_736,
				dataType: 0x20,
				argument: 0,
				nextCheckInSeconds: 600,
				attemptsLeftMinutes: 1_440,
			},
		});
	});

	it("fetches the picture by its reversed version, reports it complete before it draws, and checks in after", async () => {
		const { hand, events, asked, label, other, checkIns, folder } = await store();
		const file = zlibFile(content(2, (at) => (at < 5_000 ? 0x80 : 0x01)));
		const frame = offer(file, 0x30);
		hand(file, frame);
		await until(() => events.length === 2, "the draw");
		expect(events).toEqual(["complete", "drawn"]);
		expect(other).toEqual([`ea12${macOnAir}`]);
		expect(asked).toEqual([`/getdata?mac=${mac}&md5=${Buffer.from(frame.subarray(2, 10)).reverse().toString("hex").toUpperCase()}`]);
		expect(label.shownVersion).toBe(md5(file).toString("hex", 0, 8));
		const heard = checkIns.length;
		await until(() => checkIns.length > heard, "a check-in after the draw");
		const path = join(folder, "labels", `${mac}.png`);
		await until(() => existsSync(path), "the picture on disk");
		const png = PNG.sync.read(readFileSync(path));
		const dot = (x: number): string => png.data.toString("hex", x * 4, x * 4 + 3);
		expect([png.width, png.height, dot(0), dot(1), dot(7)]).toEqual([200, 200, "000000", "ffffff", "ff0000"]);
	});

	it.each([
		["a wrong MD5", (file: Buffer) => ({ file, version: md5(Buffer.from("another")) }), "md5-wrong"],
		["a wrong size", (file: Buffer) => ({ file, bytes: file.length + 1 }), "size-wrong"],
		[
			"a zlib window it has no memory for",
			() => ({
				file: zlibFile(
					content(1, (at) => at & 0xff),
					15,
				),
			}),
			"zlib-broken",
		],
		["a picture for another glass", () => ({ file: zlibFile(Buffer.from([6, 8, 0, 8, 0, 1, 1, 2, 3])) }), "picture-header-wrong"],
		[
			"a wrong length before the zlib stream",
			() => {
				const file = zlibFile(content(1, () => 0));
				file.writeUInt32LE(5_005);
				return { file };
			},
			"zlib-length-wrong",
		],
	] as const)("refuses %s and keeps what it shows", async (_what, spoil, reason) => {
		const { hand, label, events } = await store();
		const spoilt: { file: Buffer; version?: Buffer; bytes?: number } = spoil(zlibFile(content(1, (at) => at & 0xff)));
		hand(spoilt.file, offer(spoilt.file, 0x30, spoilt));
		await until(() => label.lastRefusal === reason, "the refusal");
		expect(events).toEqual([]);
		expect(label.shownVersion).toBeUndefined();
	});

	it("converges although every third part is lost", async () => {
		const { hand, label, events } = await store({ partLoss: 0.33 });
		const file = Buffer.from(Array.from({ length: 10_000 }, (_, at) => (at * 7) & 0xff));
		hand(file, offer(file, 0x21));
		await until(() => events.includes("drawn"), "the draw");
		expect(label.lostParts).toBeGreaterThan(10);
		expect(events).toEqual(["complete", "drawn"]);
	});

	it("draws a known version from its flash, and does nothing for the one it shows", async () => {
		const { hand, events, label } = await store();
		const [first, second] = [Buffer.alloc(5_000, 0x0f), Buffer.alloc(5_000, 0xf0)];
		hand(first, offer(first, 0x20));
		await until(() => events.length === 2, "the first");
		hand(first, offer(first, 0x20));
		await until(() => events.length === 3, "a complete without a draw");
		hand(second, offer(second, 0x20));
		await until(() => events.length === 5, "the second");
		hand(first, offer(first, 0x20));
		await until(() => events.length === 7, "the first again");
		expect(events.join()).toBe("complete,drawn,complete,complete,drawn,complete,drawn");
		expect(label.draws).toBe(3);
	});

	it("is sent a superseded picture too, oldest first, because the firmware never takes one back", async () => {
		const { hand, events, label, station } = await store({ checkInEveryMs: 100 });
		const [first, second] = [Buffer.alloc(5_000, 0x0f), Buffer.alloc(5_000, 0xf0)];
		hand(first, offer(first, 0x20));
		hand(second, offer(second, 0x20));
		await until(() => events.length === 4, "both draws");
		expect(events).toEqual(["complete", "drawn", "complete", "drawn"]);
		expect(label.shownVersion).toBe(md5(second).toString("hex", 0, 8));
		expect(station.radio.pending()).toBe(0);
	});

	it("is given up after the minutes the sender allowed, and asks nobody but its owner's station", async () => {
		const { hand, tell, events, label, other, asked } = await store({ minuteMs: 40 });
		label.outOfContactUntilMs = Infinity;
		const file = Buffer.alloc(5_000);
		hand(file, offer(file, 0x20, { minutes: 3 }));
		await until(() => events.includes("given up"), "the end of patience");
		expect(other).toEqual([`ed12${macOnAir}`]);
		const foreign = offer(file, 0x20);
		foreign[27] = 0x77;
		foreign[1] = sum(foreign.subarray(2));
		tell(foreign);
		const garbled = offer(file, 0x20);
		garbled[1]! ^= 1;
		tell(garbled);
		tell(Uint8Array.of(0x80));
		await until(() => other.length === 2, "its presence");
		expect(asked.length).toBe(1);
		expect(Buffer.from(other[1]!, "hex").toString("latin1", 5, 12)).toBe("aisle-1");
	});

	it("says so when it lost its battery, and is white until it is told again", async () => {
		const { hand, events, label, checkIns } = await store();
		const file = Buffer.alloc(5_000, 0xff);
		hand(file, offer(file, 0x20));
		await until(() => events.length === 2, "the draw");
		reboot(label, wokeByFirstBoot);
		const heard = checkIns.length;
		await until(() => checkIns.length > heard, "a check-in");
		expect(Buffer.from(checkIns[heard]!, "hex")[17]).toBe(0xfc);
		expect(PNG.sync.read(glassPng(label)).data[0]).toBe(0xff);
		hand(file, offer(file, 0x20));
		await until(() => events.length === 4, "the draw from flash");
	});

	it("hands itself over to a remote station that says it draws", async () => {
		const { tell, label } = await store();
		const frame = Buffer.alloc(72);
		frame[0] = 0x82;
		frame.writeUInt16LE(0xaa01, 1);
		Buffer.from(macOnAir, "hex").copy(frame, 3);
		frame[11] = 1;
		frame[63] = 25;
		tell(frame);
		await until(() => label.contentMode === 12, "the hand-over");
	});

	it("shows a picture upright whatever way its memory is turned", () => {
		// 296x128, stored with a quarter turn: the first stored dot is seen in the upper right corner.
		const label = buildLabel({ mac, hwType: 0x01, firmware: 0x29 }, seeded(1));
		const file = Buffer.alloc(4_736);
		file[0] = 0x80;
		label.flash = [{ version: "x", dataType: 0x20, file }];
		label.shownVersion = "x";
		const png = PNG.sync.read(glassPng(label));
		expect([png.width, png.height, png.data[0], png.data[295 * 4]]).toEqual([296, 128, 0xff, 0x00]);
	});
});
