import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startRaw } from "../../src/epos/raw/raw.ts";
import { type PrinterSettings } from "../../src/sim/printer/printer.ts";
import { openCounter } from "./counter.ts";

/** The door before a real ledger, a real tender and a virtual printer; the pile of slips is the judge. */
async function shop(settings: Partial<PrinterSettings> = {}, { allow = ["127.0.0.1"], idleMs = 60_000 } = {}) {
	const folder = mkdtempSync(join(tmpdir(), "gondola-raw-"));
	const { box, printer, ledger, log, stop } = await openCounter(folder, settings);
	const door = await startRaw({ ledger, host: "127.0.0.1", allow, printers: { "printer-1": 0 }, log, idleMs });
	await vi.waitUntil(() => ledger.read.devices.get("printer-1")?.detail["online"] === true, { timeout: 30_000 });
	onTestFinished(async () => {
		await door.stop();
		await stop();
		rmSync(folder, { recursive: true, force: true });
	});
	return {
		box,
		printer,
		ledger,
		jobs: () => ledger.read.jobs.recent(50),
		alarms: () => ledger.read.alarms.list().map(({ code }) => code),
		complete: (count: number) =>
			vi.waitUntil(() => box.slips().filter(({ state }) => state === "complete").length === count, { timeout: 30_000, interval: 20 }),
		till: () => dial(door.ports["printer-1"]!),
	};
}

async function dial(port: number) {
	const socket: Socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
	let heard = Buffer.alloc(0);
	const seen = { ended: false, closed: false };
	socket.on("error", () => {});
	socket.on("data", (bytes: Buffer) => {
		heard = Buffer.concat([heard, bytes]);
	});
	socket.on("end", () => {
		seen.ended = true;
	});
	socket.on("close", () => {
		seen.closed = true;
	});
	await new Promise<void>((done) => {
		socket.once("connect", () => done());
		socket.once("close", () => done());
	});
	onTestFinished(() => void socket.destroy());
	return {
		socket,
		seen,
		heard: () => heard.toString("hex"),
		send: (...parts: (string | Uint8Array)[]) => {
			for (const part of parts) socket.write(typeof part === "string" ? Buffer.from(part, "latin1") : part);
		},
		until: (isSo: () => boolean) => vi.waitUntil(isSo, { timeout: 30_000, interval: 10 }),
	};
}

const cut = "\x1dV\x42\x00";
const slip = (name: string): string => `\x1b@${name}\n${"Milch      1,59\n".repeat(6)}`;
const askPaper = "\x1dr\x01";

describe("a till that prints on port 9100", () => {
	it("has its receipt written down before its connection ends, and printed once", async () => {
		const on = await shop();
		const till = await on.till();
		till.send(slip("A"), cut);
		till.socket.end();
		await till.until(() => till.seen.ended);
		expect(on.jobs()).toHaveLength(1);
		await on.complete(1);
		expect(on.box.slips()[0]!.text).toContain("A\nMilch");
		await vi.waitUntil(() => on.jobs()[0]!.state === "printed", { timeout: 30_000 });
	}, 60_000);

	it("prints each slip of a connection that it holds all day, cut by cut", async () => {
		const on = await shop();
		const till = await on.till();
		till.send(slip("A"), cut);
		await on.complete(1);
		till.send(slip("B"), cut, slip("C"), cut);
		await on.complete(3);
		expect(on.box.slips().map(({ text }) => text.trim()[0])).toEqual(["A", "B", "C"]);
		expect(till.seen.ended).toBe(false);
	}, 60_000);

	it("gets both of two equal slips, because it asked for nothing and was told nothing else", async () => {
		const on = await shop();
		for (let n = 0; n < 2; n++) {
			const till = await on.till();
			till.send(slip("A"), cut);
			till.socket.end();
			await till.until(() => till.seen.ended);
		}
		await on.complete(2);
	}, 60_000);

	it("comes in though it left many connections open, and none in the middle of its slip is cut off", async () => {
		const on = await shop();
		const unfinished = await on.till();
		unfinished.send("half of ");
		const left: Awaited<ReturnType<typeof on.till>>[] = [];
		for (let n = 0; n < 20; n++) left.push(await on.till());
		await vi.waitUntil(() => left.filter(({ seen }) => !seen.ended && !seen.closed).length <= 3, { timeout: 30_000 });
		const till = await on.till();
		till.send(slip("A"), cut);
		await vi.waitUntil(() => on.jobs().length === 1, { timeout: 30_000 });
		unfinished.send(slip("B"), cut);
		await vi.waitUntil(() => on.jobs().length === 2, { timeout: 30_000 });
		expect(unfinished.seen.ended || unfinished.seen.closed).toBe(false);
	}, 60_000);

	it("hears the answer behind its slip only when that is on paper", async () => {
		const on = await shop();
		on.printer.coverOpen();
		const till = await on.till();
		till.send(slip("A"), cut, askPaper);
		await vi.waitUntil(() => on.jobs().length === 1, { timeout: 30_000 });
		expect(till.heard()).toBe("");
		on.printer.coverClose();
		await till.until(() => till.heard() === "00");
		expect(on.jobs()[0]!.state).toBe("printed");
	}, 60_000);

	it("is answered also when it asks before its cut, as we do ourselves", async () => {
		const on = await shop();
		const till = await on.till();
		till.send(slip("A"), "\x1d(H\x06\x00000001");
		await till.until(() => till.heard() === "37223030303100");
		till.send(cut);
		till.socket.end();
		await on.complete(1);
		expect(on.jobs()).toHaveLength(1);
	}, 60_000);

	it("that asked, heard nothing and sends the slip again gets one", async () => {
		const on = await shop();
		on.printer.coverOpen();
		for (let n = 0; n < 3; n++) {
			const till = await on.till();
			till.send(slip("A"), cut, askPaper);
			await vi.waitUntil(() => on.jobs().length > 0, { timeout: 30_000 });
			till.socket.destroy();
			await till.until(() => till.seen.closed);
		}
		const last = await on.till();
		last.send(slip("A"), cut, askPaper);
		on.printer.coverClose();
		await last.until(() => last.heard() === "00");
		expect(on.jobs()).toHaveLength(1);
		// It heard of that one: the same slip again is wanted.
		last.send(slip("A"), cut, askPaper);
		await on.complete(2);
	}, 60_000);

	it.each([
		["in a picture", `\x1dv0\x00\x48\x00\x00\x08${"x".repeat(500)}`],
		["between two lines", ""],
	])(
		"whose connection breaks %s has nothing of that slip printed, and an alarm says so",
		async (_, rest) => {
			const on = await shop();
			const till = await on.till();
			till.send(slip("A"), cut, slip("B"), rest);
			await on.complete(1);
			till.socket.resetAndDestroy();
			await vi.waitUntil(() => on.alarms().includes("raw-receipt-refused"), { timeout: 30_000 });
			const again = await on.till();
			again.send(slip("B"), cut);
			again.socket.end();
			await on.complete(2);
			expect(on.box.slips().map(({ text }) => text.trim()[0])).toEqual(["A", "B"]);
			await vi.waitUntil(() => !on.alarms().includes("raw-receipt-refused"), { timeout: 30_000 });
		},
		60_000,
	);

	it("that sends what cannot be read has it refused with an alarm, and its earlier slips printed", async () => {
		const on = await shop();
		const till = await on.till();
		till.send(slip("A"), cut, slip("B"), "\x1b\x99\x01", cut);
		await till.until(() => till.seen.closed);
		await on.complete(1);
		expect(on.alarms()).toContain("raw-receipt-refused");
		expect(on.jobs()).toHaveLength(1);
	}, 60_000);

	it("hears the printer's status at once, and its changes where it wants them", async () => {
		const on = await shop();
		const till = await on.till();
		till.send("\x10\x04\x01\x10\x04\x04\x1dI\x01");
		await till.until(() => till.heard() === "161220");
		till.send("\x1da\x0f");
		await till.until(() => till.heard().endsWith("14000000"));
		on.printer.coverOpen();
		await till.until(() => till.heard().endsWith("3c000000"));
	}, 60_000);

	it("opens the drawer once, also without a slip", async () => {
		const on = await shop();
		const till = await on.till();
		till.send("\x1bp\x00\x19\xfa", slip("A"), cut);
		till.socket.end();
		await on.complete(1);
		await vi.waitUntil(() => on.printer.facts().drawerPulses === 1, { timeout: 30_000 });
		const other = await on.till();
		other.send("\x1bp\x00\x19\xfa");
		other.socket.end();
		await vi.waitUntil(() => on.printer.facts().drawerPulses === 2, { timeout: 30_000 });
		expect(on.box.slips()).toHaveLength(1);
	}, 60_000);

	it("has a slip that broke on the printer's link marked void, however large its pictures are", async () => {
		const on = await shop();
		on.printer.resetAfterBytes(30_000);
		const till = await on.till();
		till.send(Buffer.from("\x1dv0\x00\x48\x00\x00\x04", "latin1"), new Uint8Array(72 * 1024).fill(0x55), cut, slip("B"), cut);
		till.socket.end();
		await on.complete(1);
		const states = on.box.slips().map(({ state, text }) => [state, text.includes("VOID"), text.includes("B\nMilch")]);
		expect(states).toEqual([
			["void", true, false],
			["complete", false, true],
		]);
	}, 60_000);

	it("that is not in the list is not heard", async () => {
		const on = await shop({}, { allow: ["10.0.0.0/8"] });
		const till = await on.till();
		till.send(slip("A"), cut);
		await till.until(() => till.seen.closed);
		expect(on.jobs()).toHaveLength(0);
	}, 60_000);

	it("that falls silent without a cut has its slip printed after a time", async () => {
		const on = await shop({}, { idleMs: 300 });
		const till = await on.till();
		till.send(slip("A"));
		await on.complete(1);
		await till.until(() => till.seen.ended);
	}, 60_000);
});
