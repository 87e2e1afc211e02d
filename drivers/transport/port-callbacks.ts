import type { Port } from "./port.ts";

/** The callbacks that a driver gave to a port, and what the port has told it. */
export interface PortCallbacks {
	/** The port's own methods. */
	methods: Pick<Port, "onBytes" | "onClosed">;
	arrived(bytes: Uint8Array): void;
	/** Calls back the first time only: a cable that is pulled while a write stalls ends twice. */
	ended(why: Error | undefined): void;
	hasEnded(): boolean;
}

export function portCallbacks(): PortCallbacks {
	let onBytes: (bytes: Uint8Array) => void = () => {};
	let onClosed: (why: Error | undefined) => void = () => {};
	let hasEnded = false;
	return {
		methods: {
			onBytes(callback) {
				onBytes = callback;
			},
			onClosed(callback) {
				onClosed = callback;
			},
		},
		arrived: (bytes) => onBytes(bytes),
		ended(why) {
			if (hasEnded) return;
			hasEnded = true;
			onClosed(why);
		},
		hasEnded: () => hasEnded,
	};
}
