/** A port for drivers that only listen: a test says what comes in. */
import type { Port } from "../../drivers/transport/port.ts";

export function silentPort(name: string, write: Port["write"] = async () => {}): { port: Port; hear(bytes: Uint8Array): void } {
	let listener: (bytes: Uint8Array) => void = () => {};
	const port: Port = {
		name,
		write,
		onBytes: (next) => {
			listener = next;
		},
		onClosed: () => {},
		close: async () => {},
	};
	return { port, hear: (bytes) => listener(bytes) };
}
