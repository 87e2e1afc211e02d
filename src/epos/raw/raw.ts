/**
 * The door for tills that print by sending ESC/POS to TCP port 9100: to them the gateway is a receipt printer. What a till sends is cut
 * into slips (drivers/printer/raw/slips.ts), and each goes through the queue of every other receipt.
 *
 *   a slip ends with its cut, with the till's FIN, behind a question whose answer the till waits for, or after five minutes without a byte
 *   a connection that breaks in the middle of a slip: nothing of that slip is printed, and an alarm says so
 *
 * The protocol has no job ids. Two equal slips are taken for one only where the till cannot know that the first was printed: it
 * asked for its status, and the connection ended before the answer arrived. Otherwise they are two slips, because two were wanted.
 */

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import type { StoreLedger } from "../../flows/flows.ts";
import { admissionOf } from "../admission.ts";
import type { EposLog } from "../epos.ts";
import { listen } from "../listen.ts";
import { openRawJobs } from "./raw-jobs.ts";
import { serveTill, type TillLine } from "./till-line.ts";

export interface RawOptions {
	ledger: StoreLedger;
	host: string;
	/** Addresses and networks of the tills. */
	allow: readonly string[];
	/** The port of each printer; 0: any free one. */
	printers: Readonly<Record<string, number>>;
	log: EposLog;
	/** Milliseconds without a byte after which a connection is ended. */
	idleMs?: number;
}

export interface RawDoor {
	ports: Readonly<Record<string, number>>;
	stop(): Promise<void>;
}

const mostLines = 32;
/** Connections of one address. A till that lost its network connects again, and its old connections stay until their loss is noticed. */
const mostLinesOfOne = 4;
const usualIdleMs = 300_000;

/** Rejects when a port is taken; then none stays open. */
export async function startRaw({ ledger, host, allow, printers, log, idleMs = usualIdleMs }: RawOptions): Promise<RawDoor> {
	const over = new AbortController();
	const admission = admissionOf({ allow, origins: [] });
	const jobs = openRawJobs(ledger, over.signal, log);
	const servers: Server[] = [];
	const lines = new Map<Socket, { address: string; line: TillLine }>();
	const busy = new Set<Promise<void>>();
	const stop = async (): Promise<void> => {
		over.abort();
		for (const socket of lines.keys()) socket.destroy();
		await Promise.all(servers.map((server) => new Promise<void>((done) => server.close(() => done()))));
		await Promise.all(busy);
	};
	const ports: Record<string, number> = {};
	try {
		for (const [printer, port] of Object.entries(printers)) {
			const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
				socket.on("error", () => {});
				const address = (socket.remoteAddress ?? "").replace(/^::ffff:/i, "");
				if (admission.refusal(address, undefined) !== undefined || !makeRoom(lines, address)) {
					log.warn({ address, printer }, "a till was refused that is not in the list `raw.allow`, or one too many");
					return void socket.destroy();
				}
				const line = serveTill(socket, { jobs, printer, address, idleMs, over: over.signal });
				lines.set(socket, { address, line });
				busy.add(line.over);
				void line.over.finally(() => {
					lines.delete(socket);
					busy.delete(line.over);
				});
			});
			servers.push(server);
			await listen(server, host, port);
			ports[printer] = (server.address() as AddressInfo).port;
		}
	} catch (error) {
		await stop();
		throw error;
	}
	log.info({ ports }, "tills that print on port 9100 may print");
	return { ports, stop };
}

/**
 * Whether one more connection of this address has a place. Where it has as many as it may, the one that was idle the longest ends; none
 * ends in the middle of a slip, and none of another till.
 */
function makeRoom(lines: Map<Socket, { address: string; line: TillLine }>, address: string): boolean {
	const own = [...lines].filter(([, each]) => each.address === address);
	if (own.length < mostLinesOfOne) return lines.size < mostLines;
	const [oldest] = own
		.map(([socket, { line }]) => ({ socket, since: line.idleSince() }))
		.filter((each): each is { socket: Socket; since: number } => each.since !== undefined)
		.sort((a, b) => a.since - b.since);
	if (!oldest) return false;
	oldest.socket.destroy();
	lines.delete(oldest.socket);
	return true;
}
