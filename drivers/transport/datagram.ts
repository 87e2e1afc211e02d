/**
 * A datagram port carries whole messages to and from many devices at once, each known by its address.
 * Base stations speak this way; nothing promises that a message arrives, arrives once, or in order.
 */
export interface DatagramPort {
	/** For people and logs: "udp 0.0.0.0:16033". */
	readonly name: string;

	/** Resolves when the operating system has taken the message, which says nothing about the device; rejects once the port is closed. */
	send(bytes: Uint8Array, address: string, port: number): Promise<void>;

	/** One callback; one call is one message. */
	onDatagram(callback: (bytes: Uint8Array, from: DatagramSource) => void): void;

	/** Called once: the network interface went away, or `close` was asked for. */
	onClosed(callback: (why: Error | undefined) => void): void;

	close(): Promise<void>;
}

export interface DatagramSource {
	address: string;
	port: number;
}

/** Opens a datagram port or rejects with a DeviceTrouble; called again for every attempt. */
export type OpenDatagramPort = () => Promise<DatagramPort>;
