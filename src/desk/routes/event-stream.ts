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
 * Nothing is queued per client: each has a position in the ledger and reads pages from there while its socket accepts them. A
 * socket that stays full is closed; the browser connects again with Last-Event-ID and misses nothing.
 */
export interface EventStreams {
	/** Throws "too-many-streams" when this caller, or all callers together, have the most streams allowed. */
	open(reply: FastifyReply, after: number | undefined, holder: StreamHolder): void;
	count(): number;
	stop(): void;
}

export interface StreamHolder {
	name: string;
	/** Called every second: a stream ends when its token is revoked, its session is over or the person is removed. */
	isAllowed(): Promise<boolean>;
}

export interface StreamOptions {
	drainMs?: number;
	heartbeatMs?: number;
	onDropped?: () => void;
}

/** One open stream. */
interface Client {
	holder: StreamHolder;
	/** Sends new events, a page at a time, while the socket accepts them. */
	pump(): void;
	/** Sends an empty comment, so that proxies keep the connection open. */
	beat(): void;
	end(): void;
}

export function eventStreams(ledger: DeskLedger, options: StreamOptions = {}): EventStreams {
	const { drainMs = limits.drainMs, onDropped = () => {} } = options;
	const open = new Set<Client>();
	const toAll = (each: (client: Client) => void) => () => {
		for (const client of open) each(client);
	};
	const offBell = ledger.bells.on(
		"event",
		toAll((client) => client.pump()),
	);
	const beating = setInterval(
		toAll((client) => client.beat()),
		options.heartbeatMs ?? limits.heartbeatMs,
	).unref();
	const checking = setInterval(
		toAll((client) => {
			// While the file of users cannot be read, no stream is ended.
			void client.holder.isAllowed().then(
				(is) => is || client.end(),
				() => {},
			);
		}),
		1_000,
	).unref();

	return {
		open(reply, after, holder) {
			const own = [...open].filter((client) => client.holder.name === holder.name).length;
			if (own >= limits.streamsOfOne) throw new Problem("too-many-streams", `${holder.name} has ${own} open.`);
			if (open.size >= limits.streams) throw new Problem("too-many-streams");
			const last = ledger.read.events.last();
			// A number above the newest event is from before the ledger was restored from a backup: the reader must start over.
			const isForeign = after !== undefined && after > last;
			const at = after === undefined || isForeign ? last : after;
			const out = sendHead(reply);
			const client = openClient({ ledger, out, at, holder, drainMs, onDropped });
			open.add(client);
			out.on("close", () => open.delete(client));
			client.begin(`retry: 2000\n: from ${at}\n\n${isForeign ? `event: restart\nid: ${at}\ndata: {"last":${last}}\n\n` : ""}`);
		},
		count: () => open.size,
		stop() {
			offBell();
			clearInterval(beating);
			clearInterval(checking);
			toAll((client) => client.end())();
		},
	};
}

function sendHead(reply: FastifyReply): FastifyReply["raw"] {
	const out = reply.raw;
	out.writeHead(200, {
		...(reply.getHeaders() as Record<string, string>),
		"content-type": "text/event-stream; charset=utf-8",
		"cache-control": "no-store",
		"x-accel-buffering": "no",
	});
	out.on("error", () => out.destroy());
	return out;
}

interface ClientParts {
	ledger: DeskLedger;
	out: FastifyReply["raw"];
	/** The last event that this client has received. */
	at: number;
	holder: StreamHolder;
	/** How long the socket may accept nothing before it is closed. */
	drainMs: number;
	onDropped(): void;
}

function openClient({ ledger, out, at: from, holder, drainMs, onDropped }: ClientParts): Client & { begin(head: string): void } {
	let at = from;
	/** Runs while the socket accepts nothing. */
	let untilCutOff: NodeJS.Timeout | undefined;
	let isPumping = false;
	out.on("close", () => clearTimeout(untilCutOff));

	const write = (text: string): void => {
		if (out.write(text)) return;
		untilCutOff = setTimeout(() => {
			onDropped();
			out.destroy();
		}, drainMs);
		out.once("drain", () => {
			clearTimeout(untilCutOff);
			untilCutOff = undefined;
			pump();
		});
	};
	const pump = (): void => {
		if (isPumping || untilCutOff !== undefined || out.destroyed) return;
		const events = ledger.read.events.after(at, limits.streamPage);
		if (events.length === 0) return;
		at = events[events.length - 1]!.seq;
		write(events.map(frame).join(""));
		if (events.length < limits.streamPage || untilCutOff !== undefined) return;
		// A client that is far behind must not delay the others: their pages are sent before its next one.
		isPumping = true;
		setImmediate(() => {
			isPumping = false;
			pump();
		});
	};
	return {
		holder,
		pump,
		beat() {
			if (untilCutOff === undefined) write(":\n\n");
		},
		end() {
			clearTimeout(untilCutOff);
			out.end();
		},
		begin(head) {
			write(head);
			pump();
		},
	};
}

function frame(event: StoreEvent): string {
	return `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Reads every event once, in order, in bounded pages, for code that keeps a copy of the state in memory. */
export function followEvents(ledger: DeskLedger, from: number, take: (event: StoreEvent) => void): () => void {
	let at = from;
	let stopped = false;
	let reading = false;
	const read = (): void => {
		if (stopped || reading) return;
		const events = ledger.read.events.after(at, limits.streamPage);
		for (const event of events) take(event);
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
