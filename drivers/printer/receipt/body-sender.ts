import type { Port } from "../../transport/port.ts";

/** Bytes per write, small enough that a lost link is noticed between two of them. */
const pieceBytes = 4_096;
/** For a printer with a small buffer: smaller pieces, while less than half of its buffer is ahead of the paper. */
const pacedPieceBytes = 512;
const paceLookMs = 10;

export interface Pace {
	/** The size of the printer's buffer. */
	bufferBytes: number;
	/** The speed at which the paper takes these bytes at its slowest. */
	bytesPerSecond: number;
}

/**
 * Writes the bytes of a receipt, in pieces, `writing` called before each with its end; ends early when `isWanted` says no. With a pace,
 * the bytes that are ahead of the paper stay below half of what the printer can hold, because it would lose the rest in silence; that clock
 * stops while it cannot print.
 * Rejects when the port does.
 */
export async function sendBody(
	port: Pick<Port, "write">,
	bytes: Uint8Array,
	{
		isWanted,
		couldPrint,
		writing,
		pace,
	}: { isWanted: () => boolean; couldPrint: () => boolean; writing?: (end: number) => void; pace?: Pace },
): Promise<void> {
	let onPaper = 0;
	let lookedMs = performance.now();
	for (let at = 0; at < bytes.length && isWanted(); ) {
		if (pace) {
			const nowMs = performance.now();
			if (couldPrint()) onPaper = Math.min(at, onPaper + ((nowMs - lookedMs) * pace.bytesPerSecond) / 1_000);
			lookedMs = nowMs;
			if (at - onPaper > pace.bufferBytes / 2) {
				await new Promise((resolve) => setTimeout(resolve, paceLookMs));
				continue;
			}
		}
		const most = pace ? pacedPieceBytes : pieceBytes;
		writing?.(at + most);
		await port.write(bytes.subarray(at, at + most));
		at += most;
	}
}
