import type { FastifyReply } from "fastify";
import type { StoreEvent } from "../../words/event.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";

/**
 * The stream of events (server-sent events, HTML living standard 9.2).
 *
 *   id: 4711
 *   data: {"id":"0204-1-9f3a-4711","seq":4711,"type":"article.scanned",…}
 *
 * Nothing is queued per client: each has a position in the ledger and reads its own pages, and only while its socket takes
 * them. A socket that stays full is cut off; the browser comes back with Last-Event-ID and has missed nothing.
 */
export interface EventStreams {
	/** Throws "too-many-streams" when this holder, or all together, have as many as they may. */
	open(reply: FastifyReply, after: number | undefined, holder: StreamHolder): void;
	count(): number;
	stop(): void;
}

export interface StreamHolder {
	name: string;
	/** Asked every second: a stream ends when its token is revoked, its session is over or the person is removed. */
	isAllowed(): Promise<boolean>;
}

export interface StreamOptions {
	drainMs?: number;
	heartbeatMs?: number;
	onDropped?: () => void;
}

export function eventStreams(ledger: DeskLedger, options: StreamOptions = {}): EventStreams {
	const drainMs = options.drainMs ?? limits.drainMs;
	const open = new Set<{ holder: StreamHolder; pump(): void; beat(): void; end(): void }>();
	const offBell = ledger.bells.on("event", () => {
		for (const client of open) client.pump();
	});
	const heart = setInterval(() => {
		for (const client of open) client.beat();
	}, options.heartbeatMs ?? limits.heartbeatMs);
	heart.unref();
	const watch = setInterval(() => {
		for (const client of open) {
			const allowed = client.holder.isAllowed();
			// The file of users cannot be read just now: nobody is thrown out for that.
			allowed.then((is) => is || client.end()).catch(() => {});
		}
	}, 1_000);
	watch.unref();

	const begin = (reply: FastifyReply, after: number | undefined, holder: StreamHolder): void => {
		const own = [...open].filter((client) => client.holder.name === holder.name).length;
		if (own >= limits.streamsOfOne) throw new Problem("too-many-streams", `${holder.name} has ${own} open.`);
		if (open.size >= limits.streams) throw new Problem("too-many-streams");
		const last = ledger.read.events.last();
		// A number from the future belongs to a ledger that was since restored from a backup: the reader must start over.
		const foreign = after !== undefined && after > last;
		let at = after === undefined || foreign ? last : after;
		let full: NodeJS.Timeout | undefined;
		let pumping = false;
		const out = reply.raw;

		const write = (text: string): void => {
			if (out.write(text)) return;
			full = setTimeout(() => {
				options.onDropped?.();
				out.destroy();
			}, drainMs);
			out.once("drain", () => {
				clearTimeout(full);
				full = undefined;
				client.pump();
			});
		};
		const client = {
			holder,
			pump(): void {
				if (pumping || full !== undefined || out.destroyed) return;
				const events = ledger.read.events.after(at, limits.streamPage);
				if (events.length === 0) return;
				at = events[events.length - 1]!.seq;
				write(events.map(frame).join(""));
				if (events.length < limits.streamPage || full !== undefined) return;
				// A client far behind must not hold up the others: one page, then everybody else's turn.
				pumping = true;
				setImmediate(() => {
					pumping = false;
					client.pump();
				});
			},
			beat(): void {
				if (full === undefined) write(":\n\n");
			},
			end(): void {
				clearTimeout(full);
				out.end();
			},
		};

		out.writeHead(200, {
			...(reply.getHeaders() as Record<string, string>),
			"content-type": "text/event-stream; charset=utf-8",
			"cache-control": "no-store",
			"x-accel-buffering": "no",
		});
		open.add(client);
		out.on("close", () => {
			clearTimeout(full);
			open.delete(client);
		});
		out.on("error", () => out.destroy());
		write(`retry: 2000\n: from ${at}\n\n${foreign ? `event: restart\nid: ${at}\ndata: {"last":${last}}\n\n` : ""}`);
		client.pump();
	};

	return {
		open: begin,
		count: () => open.size,
		stop: () => {
			offBell();
			clearInterval(heart);
			clearInterval(watch);
			for (const client of open) client.end();
		},
	};
}

function frame(event: StoreEvent): string {
	return `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Reads every event once, in order, in bounded pages, for whoever keeps a picture of the store in memory. */
export function followEvents(ledger: DeskLedger, from: number, tell: (event: StoreEvent) => void): () => void {
	let at = from;
	let stopped = false;
	let reading = false;
	const read = (): void => {
		if (stopped || reading) return;
		const events = ledger.read.events.after(at, limits.streamPage);
		for (const event of events) tell(event);
		at = events.at(-1)?.seq ?? at;
		if (events.length < limits.streamPage) return;
		reading = true;
		setImmediate(() => {
			reading = false;
			read();
		});
	};
	const off = ledger.bells.on("event", read);
	read();
	return () => {
		stopped = true;
		off();
	};
}
