/**
 * A port carries bytes between a driver and one device, and knows nothing of what they mean.
 * Drivers are functions over a port, so each runs unchanged on a serial cable, a socket or a recorded trace.
 */
export interface Port {
	/** For people and logs: "/dev/ttyACM0", "10.0.0.7:9100". */
	readonly name: string;

	/** The device can be off and on again without the port being closed: a serial cable does not tell. */
	readonly staysOpenWhenOff?: boolean;

	/** Resolves when the operating system has taken the bytes, which says nothing about the device; rejects once the port is closed. */
	write(bytes: Uint8Array): Promise<void>;

	/** One callback; bytes arrive in order and in pieces of any size. */
	onBytes(callback: (bytes: Uint8Array) => void): void;

	/** Called once: the cable was pulled, the other end closed, or `close` was asked for. */
	onClosed(callback: (why: Error | undefined) => void): void;

	close(): Promise<void>;
}

/** Opens a port or rejects with a DeviceTrouble; called again for every attempt. */
export type OpenPort = () => Promise<Port>;
