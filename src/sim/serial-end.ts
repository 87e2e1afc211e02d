/** The device's end of a serial cable. What the gateway opens is at `address`. */
export interface SerialEnd {
	readonly address: { path: string } | { host: string; port: number };
	/** One listener; bytes arrive in order and in pieces of any size. */
	onBytes(listener: (bytes: Uint8Array) => void): void;
	/** Bytes that nobody reads are lost after a moment, as on a cable. */
	write(bytes: Uint8Array): void;
	/** Pulls the plug: the gateway's open port closes, and the address is gone until `plugIn`. */
	hangUp(): void;
	plugIn(): Promise<void>;
	close(): Promise<void>;
}
