import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** Wi-Fi between a handheld and the gateway, as a TCP proxy that can be cut at any moment. */
export interface Wire {
	url: string;
	/** Everything that is open breaks, and nothing gets through. */
	cut(): void;
	/** Requests get through, and no answer comes back: what was asked is done, and nobody hears of it. */
	loseAnswers(): void;
	mend(): void;
	close(): void;
}

export async function openWire(gateway: string): Promise<Wire> {
	const port = Number(new URL(gateway).port);
	let state: "open" | "cut" | "deaf" = "open";
	const sockets = new Set<Socket>();
	const server = createServer((near) => {
		if (state === "cut") return near.destroy();
		const far = connect(port, "127.0.0.1");
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.on("error", () => socket.destroy());
			socket.on("close", () => {
				sockets.delete(socket);
				(socket === near ? far : near).destroy();
			});
		}
		near.pipe(far);
		far.on("data", (bytes) => {
			if (state === "open") near.write(bytes);
			else near.destroy();
		});
		return undefined;
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const breakAll = (): void => {
		for (const socket of [...sockets]) socket.destroy();
	};
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		cut() {
			state = "cut";
			breakAll();
		},
		loseAnswers: () => void (state = "deaf"),
		mend: () => void (state = "open"),
		close() {
			breakAll();
			server.close();
		},
	};
}
