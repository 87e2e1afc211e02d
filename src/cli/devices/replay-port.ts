import type { Port } from "../../../drivers/transport/port.ts";

/** A port for a driver that hears recorded bytes: `play` gives it some; whatever it writes is dropped. */
export function replayPort(name: string): { port: Port; play(bytes: Uint8Array): void } {
	let callback: (bytes: Uint8Array) => void = () => {};
	const port: Port = {
		name,
		write: () => Promise.resolve(),
		onBytes: (next) => {
			callback = next;
		},
		onClosed: () => {},
		close: () => Promise.resolve(),
	};
	return { port, play: (bytes) => callback(bytes) };
}
