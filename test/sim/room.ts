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
	// A printer that is off resets the connection at once, perhaps before it is said to stand.
	await new Promise<void>((done) => socket.once("connect", done).once("close", () => done()));
	onTestFinished(() => void socket.destroy());
	return { socket, send: (...bytes) => void socket.write(Uint8Array.from(bytes)), answered: () => answered };
}
