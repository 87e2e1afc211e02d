import type { StoreEvent } from "../../../words/event.ts";
import type { LabelStatus } from "../../../words/label.ts";
import { Refused } from "../shared/ask.ts";
import { api, change, read } from "./state.ts";

const eventsKept = 400;
/** Least milliseconds between two draws: a price push makes hundreds of events at once. */
const drawEveryMs = 250;
const askEveryMs = 800;
const statusEveryMs = 4_000;
const silentAfterMs = 9_000;
/** Ids per request: as many as fit into an address of 8,000 characters, and few enough for a small answer. */
const labelsPerAsk = 150;

type Piece = "status" | "alarms" | "devices" | "shelves" | "jobs";

/** The connection of this page to its gateway. */
interface Live {
	/** Events that arrived and are not drawn yet. */
	arrived: StoreEvent[];
	/** Labels that events have changed and that are to be loaded again. */
	staleLabels: Set<string>;
	stale: Set<Piece>;
	source: EventSource | undefined;
	asking: boolean;
	/** When the gateway answered last, in milliseconds of this browser's clock. */
	heardAt: number;
	/** The next draw, when one is due. */
	drawing: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Keeps the page up to date. Events say what changed; the page then loads the state of it again, so that it computes nothing that
 * the store computes too.
 */
export function goLive(): void {
	const live: Live = {
		arrived: [],
		staleLabels: new Set<string>(),
		stale: new Set<Piece>(),
		source: undefined,
		asking: false,
		heardAt: Date.now(),
		drawing: undefined,
	};
	setInterval(() => void askStale(live), askEveryMs);
	// When a device was last heard, and that a job reached its printer, are not reported by events.
	setInterval(() => live.stale.add("status").add("devices").add("jobs").add("shelves"), statusEveryMs);
	// Alarm sentences come from the gateway in the language of the request.
	let spoken = read().language;
	setInterval(() => {
		change({ now: Date.now() });
		// A gateway that hangs keeps its connections open: only an answer shows that it works.
		if (read().line === "live" && Date.now() - live.heardAt > silentAfterMs) change({ line: "lost" });
		if (read().language !== spoken) {
			spoken = read().language;
			live.stale.add("alarms").add("devices");
		}
	}, 1_000);
	retry = () => start(live);
	start(live);
}

function failed(live: Live, error: unknown): void {
	if (!(error instanceof Refused)) throw error;
	if (error.status === 401) {
		live.source?.close();
		live.source = undefined;
		change({ line: error.code === "unclaimed" ? "unclaimed" : "locked", who: null });
	} else if (error.status === 0) change({ line: "lost" });
}

async function loadLabels(): Promise<void> {
	const labels = new Map<string, LabelStatus>();
	let next: string | number | undefined;
	do {
		const page = await api.labelPage(next);
		for (const label of page.items) labels.set(label.id, label);
		next = page.next;
		// The first screenful of labels is shown at once, the others after it.
		if (!read().labelsLoaded) change({ labels: new Map(labels) });
	} while (next !== undefined);
	change({ labels, labelsLoaded: true });
}

async function loadAll(live: Live): Promise<void> {
	const who = await api.who();
	const status = await api.status();
	const [alarms, devices, shelves, jobs, events] = await Promise.all([
		api.alarms(),
		api.devices(),
		api.shelves(),
		api.jobs(),
		api.newestEvents(eventsKept),
	]);
	live.heardAt = Date.now();
	change({ who, status, alarms, devices, shelves, jobs, events: events.reverse(), line: "live" });
	listen(live, events[0]?.seq ?? status.lastEvent);
	await loadLabels();
}

function listen(live: Live, after: number): void {
	live.source?.close();
	live.source = new EventSource(`/api/v1/events?after=${after}`);
	live.source.onmessage = ({ data }) => {
		live.arrived.push(JSON.parse(data) as StoreEvent);
		if (!live.drawing) live.drawing = setTimeout(() => draw(live), drawEveryMs);
	};
	// The gateway was restored from a backup: its event numbers begin again, so everything is loaded anew.
	live.source.addEventListener("restart", () => location.reload());
	live.source.onopen = () => change({ line: "live" });
	live.source.onerror = () => {
		if (isShut()) return;
		if (live.source?.readyState === EventSource.CLOSED) setTimeout(() => start(live), 3_000);
		change({ line: "lost" });
	};
}

function draw(live: Live): void {
	live.drawing = undefined;
	const news = live.arrived.splice(0).reverse();
	for (const event of news) note(live, event);
	change({ events: [...news, ...read().events].slice(0, eventsKept), now: Date.now() });
}

function note(live: Live, event: StoreEvent): void {
	if ("label" in event && typeof event.label === "string") live.staleLabels.add(event.label);
	if (event.type === "price.activated") {
		for (const label of read().labels.values()) if (label.sku === event.sku) live.staleLabels.add(label.id);
	}
	const family = event.type.split(".")[0];
	if (family === "alarm") live.stale.add("alarms").add("devices").add("status");
	if (family === "device") live.stale.add("devices").add("status");
	if (family === "shelf" || family === "stock") live.stale.add("shelves");
	if (family === "receipt") live.stale.add("jobs");
	if (family === "label" || family === "line") live.stale.add("status");
}

async function askStale(live: Live): Promise<void> {
	if (live.asking || isShut()) return;
	live.asking = true;
	try {
		const pieces = [...live.stale];
		live.stale.clear();
		const news = await Promise.all(pieces.map(async (piece) => [piece, await api[piece]()] as const));
		if (pieces.length > 0) {
			live.heardAt = Date.now();
			if (read().line === "lost" && live.source?.readyState === EventSource.OPEN) change({ line: "live" });
		}
		if (news.length > 0) change({ ...Object.fromEntries(news), now: Date.now() });
		const ids = [...live.staleLabels].slice(0, labelsPerAsk);
		if (ids.length > 0) {
			for (const id of ids) live.staleLabels.delete(id);
			const labels = new Map(read().labels);
			for (const label of await api.labelsById(ids)) labels.set(label.id, label);
			change({ labels });
		}
	} catch (error) {
		failed(live, error);
	} finally {
		live.asking = false;
	}
}

function start(live: Live): void {
	loadAll(live).catch((error: unknown) => {
		failed(live, error);
		if (!isShut()) setTimeout(() => start(live), 2_000);
	});
}

let retry: () => void = () => {};

/** Nothing is asked before somebody has signed in. */
const isShut = (): boolean => read().line === "locked" || read().line === "unclaimed";

/** After signing in. */
export function startAgain(): void {
	retry();
}

/** Called by a panel that changed a label, so that it need not wait for the event. */
export function putLabel(label: LabelStatus): void {
	change({ labels: new Map(read().labels).set(label.id, label) });
}
