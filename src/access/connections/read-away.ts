import type { IncomingMessage } from "node:http";

const bytesMost = 64 * 2 ** 20;

/**
 * Reads the rest of a body that is too large, and forgets it. A connection that is closed while its client still writes is reset, and a
 * reset throws away the answer on its way: the client would see a lost connection instead of the reason. Ends after 64 MiB or
 * `waitMostMs`, whatever the client still sends.
 */
export async function readAway(request: IncomingMessage, waitMostMs = 5_000): Promise<void> {
	if (request.complete || request.destroyed) return;
	await new Promise<void>((resolve) => {
		let bytes = 0;
		const count = (piece: Buffer): void => {
			bytes += piece.length;
			if (bytes > bytesMost) done();
		};
		const timer = setTimeout(() => done(), waitMostMs);
		const done = (): void => {
			clearTimeout(timer);
			request.off("data", count).off("end", done).off("close", done).off("error", done);
			resolve();
		};
		request.on("data", count).on("end", done).on("close", done).on("error", done);
		request.resume();
	});
}
