import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { SerialEnd } from "../../src/sim/serial/serial-end.ts";
import { startTimeline, type Timeline } from "../../src/sim/timeline.ts";

export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "virtual-store-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

export function runningTimeline(): Timeline {
	const timeline = startTimeline();
	onTestFinished(() => timeline.stop());
	return timeline;
}

/** Looks every few milliseconds; says what it waited for when it does not come. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, withinMs = 8_000): Promise<void> {
	const endMs = performance.now() + withinMs;
	while (!(await isTrue())) {
		if (performance.now() > endMs) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
		await new Promise((done) => setTimeout(done, 4));
	}
}

/** A cable in memory: what the device says is in `said`. */
export function memoryLine(): SerialEnd & { said: string; hear(text: string): void } {
	let listener: (bytes: Uint8Array) => void = () => {};
	return {
		address: { path: "memory" },
		said: "",
		hear: (text) => listener(Buffer.from(text, "latin1")),
		onBytes: (next) => {
			listener = next;
		},
		write(bytes) {
			this.said += Buffer.from(bytes).toString("latin1");
		},
		hangUp: () => {},
		plugIn: async () => {},
		close: async () => {},
	};
}

export async function plugInto(port: number): Promise<{ socket: Socket; send(...bytes: number[]): void; answered(): string }> {
	const socket = connect({ port, host: "127.0.0.1", noDelay: true });
	let answered = "";
	socket.on("data", (bytes) => {
		answered += bytes.toString("hex");
	});
	socket.on("error", () => {});
	await new Promise((done) => socket.once("connect", done));
	onTestFinished(() => void socket.destroy());
	return { socket, send: (...bytes) => void socket.write(Uint8Array.from(bytes)), answered: () => answered };
}
