/**
 * Readers that ask and then do not read. What they asked for waits in memory as long as their connection stands, and nothing else ends it:
 * a server's time limits are for what it receives.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface StuckReaders {
	/** How long a client may accept nothing of an answer that waits for it. */
	stuckMs: number;
	onCut?: (() => void) | undefined;
}

/** How much of what was written is still here; libuv's own queue shrinks while one large piece is on its way. */
function waitingOf(socket: Socket): string | undefined {
	if (socket.writableLength === 0) return undefined;
	const { _handle: handle } = socket as Socket & { _handle?: { writeQueueSize?: number } | null };
	return `${socket.bytesWritten - socket.writableLength} ${handle?.writeQueueSize ?? ""}`;
}

/** Cuts the connections of such readers until the server closes. */
export function cutStuckReaders(server: Server, { stuckMs, onCut = () => {} }: StuckReaders): void {
	const answers = new Set<ServerResponse>();
	const stalled = new WeakMap<ServerResponse, { waiting: string; sinceMs: number }>();
	server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
		answers.add(response);
		response.once("close", () => answers.delete(response));
	});
	const look = setInterval(() => {
		const nowMs = performance.now();
		for (const response of answers) {
			const waiting = response.socket ? waitingOf(response.socket) : undefined;
			const before = stalled.get(response);
			if (waiting === undefined) stalled.delete(response);
			else if (before?.waiting !== waiting) stalled.set(response, { waiting, sinceMs: nowMs });
			else if (nowMs - before.sinceMs >= stuckMs) {
				onCut();
				response.socket?.destroy();
			}
		}
	}, stuckMs / 4).unref();
	server.once("close", () => clearInterval(look));
}
