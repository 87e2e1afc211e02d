import type { Server } from "node:net";

/** Resolves when the port is open; rejects with why it cannot be. */
export function listen(server: Server, host: string, port: number): Promise<void> {
	return new Promise((done, failed) => {
		server.once("error", failed);
		server.listen({ host, port }, () => {
			server.removeListener("error", failed);
			done();
		});
	});
}
