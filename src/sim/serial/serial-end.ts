/** The device's end of a serial cable. What the gateway opens is at `address`. */
export interface SerialEnd {
	readonly address: { path: string } | { host: string; port: number };
	/** One callback; bytes arrive in order and in pieces of any size. */
	onBytes(callback: (bytes: Uint8Array) => void): void;
	/** Bytes that nobody reads wait in a small buffer, which serialport empties when it opens; what does not fit is lost. */
	write(bytes: Uint8Array): void;
	/** Pulls the plug: the gateway's open port closes, and the address is gone until `plugIn`. */
	hangUp(): void;
	plugIn(): Promise<void>;
	close(): Promise<void>;
}
