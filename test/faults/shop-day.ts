/**
 * A shop's day as calls to the ledger, from a seed: what doors would ask for, with ids that tell an acknowledged fact from one that was
 * only tried.
 */
import type { Call } from "../../src/ledger/ledger.ts";
import { packScans } from "../../src/words/scan.ts";
import type { Moment } from "../../src/words/time.ts";

export type Dice = () => number;

/** mulberry32: small, seeded, good enough to choose what happens next. */
export function dice(seed: number): Dice {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

export const articles = 12;
export const epochOfHq = "00000000000000e1";
const skuOf = (n: number): string => String(1000 + n);
const startMs = Date.UTC(2026, 2, 2, 8);

export const momentOf = (n: number): Moment => ({
	wall: new Date(startMs + n * 1_000).toISOString(),
	boot: "boot1",
	monoMs: n * 1_000,
	quality: "synced",
});

/** What one call leaves behind in the ledger, for the checker: nothing is asked of SQLite to know it. */
export interface Trace {
	flow: string;
	/** Of scans: device and its own id. */
	source?: { device: string; id: string };
	movements?: string[];
	sale?: string;
	/** Topic and the rising number in its payload. */
	retained?: { topic: string; n: number };
	queued?: number;
	dequeued?: number;
	down?: { stream: string; position: number };
	job?: string;
}

export interface Asked {
	call: Call;
	trace: Trace;
}

/**
 * `next(n)` is the n-th call of the store's life. Positions of HQ's streams are kept by the caller, as HQ would keep them.
 * Calls may be tried again after a power cut under a new number: ids carry the number, so the two are told apart.
 */
export function shopDay(roll: Dice, down: { catalog: number; stock: number }): (n: number) => Asked {
	const pick = (count: number): number => Math.floor(roll() * count);
	const sku = (): string => skuOf(pick(articles));
	const ask = (n: number, flow: string, args: unknown, trace: Omit<Trace, "flow"> = {}): Asked => ({
		call: { n, flow, args, now: momentOf(n) },
		trace: { flow, ...trace },
	});
	const wall = (n: number): string => momentOf(n).wall;

	const arrive = (n: number, stream: "catalog" | "stock", records: object[]): Asked => {
		const from = down[stream] + 1;
		down[stream] += records.length;
		return ask(
			n,
			"acceptDown",
			{ stream, epoch: epochOfHq, from, records: records.map((record) => ({ record })), hash: "f".repeat(32) },
			{ down: { stream, position: down[stream] } },
		);
	};
	const price = (n: number, of: string, laterMs = 0): object => ({
		type: "price",
		price: {
			sku: of,
			version: n + 1,
			kind: "regular",
			amountMinor: 100 + (n % 900),
			currency: "EUR",
			from: new Date(startMs + n * 1_000 + laterMs).toISOString(),
		},
	});

	const kinds: ((n: number) => Asked)[] = [
		(n) => {
			const device = `scanner-${pick(3)}`;
			return ask(
				n,
				"recordScans",
				{ scans: [{ device, code: skuOf(pick(articles)), symbologySource: "guess", sourceId: `m${n}` }] },
				{ source: { device, id: `m${n}` } },
			);
		},
		(n) => {
			const device = `hand-${pick(3)}`;
			const packed = packScans([{ device, code: skuOf(pick(articles)), sourceId: `st${n}` }]);
			return ask(n, "takeScans", { packed, isStorm: roll() < 0.7 }, { source: { device, id: `st${n}` } });
		},
		(n) => ask(n, "readScanBacklog", {}),
		(n) => {
			const lines = Array.from({ length: 1 + pick(4) }, () => ({ sku: sku(), quantity: 1 + pick(3), amountMinor: 199 }));
			const till = `till-${pick(2)}`;
			return ask(
				n,
				"recordSale",
				{
					id: `s${n}`,
					till,
					at: wall(n),
					lines,
					...(roll() < 0.5 && { receipt: { printer: "printer-1", document: `receipt ${n} `.repeat(20) } }),
				},
				{ sale: `${till} s${n}`, movements: lines.map((_, line) => `${till}-s${n}-${line + 1}`) },
			);
		},
		(n) => {
			const reason = roll() < 0.2 ? "count" : "receive";
			return ask(
				n,
				"recordMovement",
				{ id: `mv${n}`, sku: sku(), quantity: pick(40), reason, occurredAt: wall(n - pick(30)) },
				{ movements: [`mv${n}`] },
			);
		},
		(n) =>
			arrive(n, "catalog", [
				price(n, sku()),
				{ type: "article", article: { sku: sku(), name: `Article, version ${n}`, version: n + 2, category: "x".repeat(pick(600)) } },
			]),
		(n) =>
			arrive(n, "stock", [
				{ type: "movement", movement: { id: `hq${n}`, sku: sku(), quantity: 5, reason: "transfer", occurredAt: wall(n), origin: "hq" } },
			]),
		(n) => ask(n, "activateDue", {}),
		(n) => {
			const topic = `shelf/${pick(5)}`;
			const ops = [
				{ op: "retain", topic, qos: 1, payload: Buffer.from(String(n)) },
				{ op: "enqueue", client: "till-9", id: n, topic, qos: 1, retain: false, payload: Buffer.alloc(pick(900), 7) },
			];
			return ask(n, "brokerApply", { ops }, { retained: { topic, n }, queued: n });
		},
		(n) =>
			ask(n, "brokerApply", { ops: [{ op: "dequeue", client: "till-9", id: Math.max(1, n - 15) }] }, { dequeued: Math.max(1, n - 15) }),
		(n) => ask(n, "recordWeights", { weights: [{ device: `scale-${pick(4)}`, milligrams: n * 10 }] }),
		(n) =>
			ask(n, "recordDevice", {
				id: `scale-${pick(4)}`,
				family: "scale",
				protocol: "sics",
				address: "/dev/x",
				state: roll() < 0.5 ? "well" : "troubled",
				trouble: roll() < 0.5 ? null : "scale-silent",
			}),
		(n) => {
			// A refused flow in the middle of a commit takes nothing with it.
			return ask(n, "recordMovement", { id: `no${n}`, sku: "nobody-knows-it", quantity: 1, reason: "receive", occurredAt: wall(n) });
		},
	];
	return (n) => {
		if (n === 1)
			return ask(n, "recordDevice", { id: "printer-1", family: "printer", protocol: "escpos", address: "/dev/p", state: "well" });
		if (n === 2) return ask(n, "setIdentity", { store: "s1", tenant: "t1" });
		if (n === 3)
			return arrive(
				n,
				"catalog",
				Array.from({ length: articles }, (_, i) => ({ type: "article", article: { sku: skuOf(i), name: `Article ${i}`, version: 1 } })),
			);
		if (n === 4)
			return arrive(
				n,
				"catalog",
				Array.from({ length: articles }, (_, i) => price(0, skuOf(i))),
			);
		if (n === 5)
			return ask(n, "bindLabels", {
				bindings: Array.from({ length: articles }, (_, i) => ({
					label: `00000000000000${i.toString(16).padStart(2, "0").toUpperCase()}`,
					sku: skuOf(i),
					hwType: 1,
				})),
			});
		return kinds[pick(kinds.length)]!(n);
	};
}

/** One line of the witness file: an answer that left the ledger, and how far the ledger said it had come. */
export interface Witness {
	n: number;
	ok: boolean;
	trace: Trace;
	event: number;
	facts: { seq: number; hash: string };
	notes: { seq: number; hash: string };
}
