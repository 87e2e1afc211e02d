import type { StoreEvent } from "../../../words/event.ts";
import type { LabelStatus } from "../../../words/label.ts";
import { Refused } from "./api.ts";
import { api, change, read } from "./state.ts";

const eventsKept = 400;
/** A price push makes hundreds of events at once; the page draws a few times a second at most. */
const drawEveryMs = 250;
const askEveryMs = 800;
const statusEveryMs = 4_000;
const silentAfterMs = 9_000;
/** As many as fit into an address of 8,000 characters, and few enough that one answer stays small. */
const labelsPerAsk = 150;

type Piece = "status" | "alarms" | "devices" | "shelves" | "jobs";

/**
 * Keeps the page equal to the gateway. Events tell what changed; states are then asked again, so that nothing is computed
 * twice, here and in the store, with two results.
 */
export function goLive(): void {
	const arrived: StoreEvent[] = [];
	const staleLabels = new Set<string>();
	const stale = new Set<Piece>();
	let source: EventSource | undefined;
	let asking = false;
	let heardAt = Date.now();
	let drawing: ReturnType<typeof setTimeout> | undefined;

	const failed = (error: unknown): void => {
		if (!(error instanceof Refused)) throw error;
		if (error.status === 401) {
			source?.close();
			source = undefined;
			change({ line: error.code === "unclaimed" ? "unclaimed" : "locked", who: null });
		} else if (error.status === 0) change({ line: "lost" });
	};

	const loadLabels = async (): Promise<void> => {
		const labels = new Map<string, LabelStatus>();
		let next: string | number | undefined;
		do {
			const page = await api.labelPage(next);
			for (const label of page.items) labels.set(label.id, label);
			next = page.next;
			// The first screenful is there at once, however many thousand follow.
			if (!read().labelsLoaded) change({ labels: new Map(labels) });
		} while (next !== undefined);
		change({ labels, labelsLoaded: true });
	};

	const loadAll = async (): Promise<void> => {
		const who = await api.who();
		const status = await api.status();
		const [alarms, devices, shelves, jobs, events] = await Promise.all([
			api.alarms(),
			api.devices(),
			api.shelves(),
			api.jobs(),
			api.newestEvents(eventsKept),
		]);
		heardAt = Date.now();
		change({ who, status, alarms, devices, shelves, jobs, events: events.reverse(), line: "live" });
		listen(events[0]?.seq ?? status.lastEvent);
		await loadLabels();
	};

	const listen = (after: number): void => {
		source?.close();
		source = new EventSource(`/api/v1/events?after=${after}`);
		source.onmessage = ({ data }) => {
			arrived.push(JSON.parse(data) as StoreEvent);
			if (!drawing) drawing = setTimeout(draw, drawEveryMs);
		};
		// The gateway was restored from a backup: its numbers begin anew and nothing here can be trusted.
		source.addEventListener("restart", () => location.reload());
		source.onopen = () => change({ line: "live" });
		source.onerror = () => {
			if (isShut()) return;
			if (source?.readyState === EventSource.CLOSED) setTimeout(start, 3_000);
			change({ line: "lost" });
		};
	};

	const draw = (): void => {
		drawing = undefined;
		const news = arrived.splice(0).reverse();
		for (const event of news) note(event);
		change({ events: [...news, ...read().events].slice(0, eventsKept), now: Date.now() });
	};

	const note = (event: StoreEvent): void => {
		if ("label" in event && typeof event.label === "string") staleLabels.add(event.label);
		if (event.type === "price.activated") {
			for (const label of read().labels.values()) if (label.sku === event.sku) staleLabels.add(label.id);
		}
		const family = event.type.split(".")[0];
		if (family === "alarm") stale.add("alarms").add("devices").add("status");
		if (family === "device") stale.add("devices").add("status");
		if (family === "shelf" || family === "stock") stale.add("shelves");
		if (family === "receipt") stale.add("jobs");
		if (family === "label" || family === "line") stale.add("status");
	};

	const askStale = async (): Promise<void> => {
		if (asking || isShut()) return;
		asking = true;
		try {
			const pieces = [...stale];
			stale.clear();
			const news = await Promise.all(pieces.map(async (piece) => [piece, await api[piece]()] as const));
			if (pieces.length > 0) {
				heardAt = Date.now();
				if (read().line === "lost" && source?.readyState === EventSource.OPEN) change({ line: "live" });
			}
			if (news.length > 0) change({ ...Object.fromEntries(news), now: Date.now() });
			const ids = [...staleLabels].slice(0, labelsPerAsk);
			if (ids.length > 0) {
				for (const id of ids) staleLabels.delete(id);
				const labels = new Map(read().labels);
				for (const label of await api.labelsById(ids)) labels.set(label.id, label);
				change({ labels });
			}
		} catch (error) {
			failed(error);
		} finally {
			asking = false;
		}
	};

	setInterval(() => void askStale(), askEveryMs);
	// When a device was last heard, and a job that went to its printer, are no events.
	setInterval(() => stale.add("status").add("devices").add("jobs").add("shelves"), statusEveryMs);
	// Alarm sentences come from the gateway in the language of the request.
	let spoken = read().language;
	setInterval(() => {
		change({ now: Date.now() });
		// A gateway that stands still keeps its connections: only an answer shows that it lives.
		if (read().line === "live" && Date.now() - heardAt > silentAfterMs) change({ line: "lost" });
		if (read().language !== spoken) {
			spoken = read().language;
			stale.add("alarms").add("devices");
		}
	}, 1_000);

	const start = (): void => {
		loadAll().catch((error: unknown) => {
			failed(error);
			if (!isShut()) setTimeout(start, 2_000);
		});
	};
	retry = start;
	start();
}

let retry: () => void = () => {};

/** Nothing is asked before somebody has signed in. */
const isShut = (): boolean => read().line === "locked" || read().line === "unclaimed";

/** After signing in. */
export function startAgain(): void {
	retry();
}

/** A panel that has just changed a label does not wait for the event. */
export function putLabel(label: LabelStatus): void {
	change({ labels: new Map(read().labels).set(label.id, label) });
}
