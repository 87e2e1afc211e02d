import { chmodSync, existsSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The longest path of a Unix socket that every kernel accepts. */
const longestPath = 100;

/**
 * HTTP over a Unix socket in the data directory, mode 0600, for the command line on head office's own machine. A user who can open it could
 * read the database as well. Undefined where the directory's name is too long for a socket.
 */
export async function openConsole(
	path: string,
	answer: (request: IncomingMessage, response: ServerResponse) => void,
	ours: WeakSet<Socket>,
): Promise<{ close(): Promise<void> } | undefined> {
	if (Buffer.byteLength(path) > longestPath) return undefined;
	// The folder's lock is ours: a socket that is there was left by a process that was killed.
	if (existsSync(path)) rmSync(path);
	const server = createServer(answer);
	server.on("connection", (socket) => ours.add(socket));
	// The mask applies from the moment the socket is made, so that no other user can open it before its mode is set.
	const mask = process.umask(0o177);
	try {
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen(path, () => resolve());
		});
	} finally {
		process.umask(mask);
	}
	chmodSync(path, 0o600);
	return {
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
