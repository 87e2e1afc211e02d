/** The broker's listeners, opened all or none, and what happens to each new socket. */
import type { BrokerLimits } from "../limits.ts";
import { createConnectRate } from "./connect-rate.ts";
import { createGate } from "./gate.ts";
import type { Gate, GateReason, Speakers } from "./gate-port.ts";
import { type Listener, listenTcp, listenTls, listenWebSocket, type OnSocket, type TlsFiles } from "./listeners.ts";

export interface DoorOptions {
	host: string;
	port: number;
	/** False: only the listeners with TLS. */
	plain?: boolean;
	tls?: { host?: string; port: number } & TlsFiles;
	/** With `secure`, under the certificate of `tls`. `origins`: web pages of other hosts that may connect. */
	ws?: { host?: string; port: number; path?: string; secure?: boolean; origins?: string[]; names?: string[] };
}

export interface Doors {
	/** Of the plain listener; where that is closed, of the one with TLS. */
	port: number;
	isPlain: boolean;
	tlsPort: number | null;
	wsPort: number | null;
	close(): Promise<void>;
}

/** Rejects where one of them cannot listen; then none does. */
export async function openDoors(
	{ host, port, plain: wantsPlain = true, tls, ws }: DoorOptions,
	limits: BrokerLimits,
	onSocket: OnSocket,
): Promise<Doors> {
	const listeners: Listener[] = [];
	const opened = async (listening: Promise<Listener>): Promise<Listener> => {
		const listener = await listening;
		listeners.push(listener);
		return listener;
	};
	const close = async (): Promise<void> => {
		await Promise.all(listeners.map((listener) => listener.close()));
	};
	const web = (asked: NonNullable<DoorOptions["ws"]>): Promise<Listener> =>
		listenWebSocket(
			{
				host: asked.host ?? host,
				port: asked.port,
				path: asked.path ?? "/mqtt",
				origins: asked.origins ?? [],
				names: asked.names ?? [],
				payloadBytes: limits.payloadBytes,
				...(asked.secure && tls && { tls }),
			},
			onSocket,
		);
	try {
		if (!wantsPlain && !tls) throw new Error("a broker without plain and without TLS listens nowhere");
		const plain = wantsPlain ? await opened(listenTcp(host, port, onSocket)) : undefined;
		const secure = tls && (await opened(listenTls(tls.host ?? host, tls.port, tls, onSocket)));
		const browser = ws && (await opened(web(ws)));
		return {
			port: (plain ?? secure)!.port,
			isPlain: plain !== undefined,
			tlsPort: secure?.port ?? null,
			wsPort: browser?.port ?? null,
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

/** Gives each socket a gate, unless its address comes too often, there are too many, or the broker stops. */
export function receiveSockets(deps: {
	limits: BrokerLimits;
	refused(reason: GateReason | "connects-too-often" | "too-many-connections", address: string, gate?: Gate): void;
	signal: AbortSignal;
	/** Where the name in a client certificate is noted for its connection. */
	certified: WeakMap<Gate, string>;
	speakers: Speakers;
}): OnSocket {
	const { limits, refused } = deps;
	const connectRate = createConnectRate(limits);
	const gates = new Set<Gate>();
	return (socket, address, name) => {
		const isOften = !connectRate.mayCome(address, performance.now());
		if (isOften || gates.size >= limits.connections || deps.signal.aborted) {
			refused(isOften ? "connects-too-often" : "too-many-connections", address);
			socket.on("error", () => {});
			socket.destroy();
			return;
		}
		const gate: Gate = createGate(socket, address, limits, (reason) => refused(reason, address, gate), deps.speakers);
		if (name !== undefined) deps.certified.set(gate, name);
		gates.add(gate);
		gate.on("close", () => gates.delete(gate));
	};
}
