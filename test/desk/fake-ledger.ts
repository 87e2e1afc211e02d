import type { DeskBook, DeskLedger } from "../../src/desk/ledger-view.ts";
import type { Alarm, DeviceStatus } from "../../src/words/alarm.ts";
import type { Article } from "../../src/words/article.ts";
import type { EventBody, StoreEvent } from "../../src/words/event.ts";
import type { LabelStatus } from "../../src/words/label.ts";
import { type EffectiveAsked, effectivePrice } from "../../src/words/prices/effective.ts";
import type { PriceFreeze } from "../../src/words/prices/hold.ts";
import type { EffectivePrice, Price } from "../../src/words/prices/price.ts";
import { isInForce } from "../../src/words/prices/which-counts.ts";
import type { PrintJob } from "../../src/words/receipt.ts";
import type { Movement, OnHand } from "../../src/words/stock.ts";

/** What a flow throws when it says no. */
export class LedgerRefusal extends Error {
	override name = "LedgerRefusal";
	readonly code: string;
	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}

/** A ledger in memory that keeps the promises the desk relies on: dense seqs, idempotent ids, refusals that change nothing. */
export interface FakeLedger extends DeskLedger {
	articles: Map<string, Article>;
	prices: Price[];
	labels: Map<string, LabelStatus>;
	devices: Map<string, DeviceStatus>;
	alarms: Map<string, Alarm>;
	jobs: Map<string, PrintJob>;
	movements: Map<string, Movement>;
	waiting: { facts: number; notes: number; oldestAt: string | null };
	broken: boolean;
	clock: { wall: string };
	happen(body: EventBody, at?: string): StoreEvent;
	/** Many events, one bell, as a group commit rings it. */
	happenMany(bodies: EventBody[]): void;
	listeners(): number;
}

export function fakeLedger(wall = "2026-03-01T08:00:00.000Z"): FakeLedger {
	const events: StoreEvent[] = [];
	const bells = new Set<() => void>();
	const articles = new Map<string, Article>();
	const prices: Price[] = [];
	const labels = new Map<string, LabelStatus>();
	const devices = new Map<string, DeviceStatus>();
	const alarms = new Map<string, Alarm>();
	const jobs = new Map<string, PrintJob>();
	const movements = new Map<string, Movement>();
	const clock = { wall };
	let frozen: PriceFreeze | undefined;

	const write = (body: EventBody, at = clock.wall): StoreEvent => {
		const seq = events.length + 1;
		const event: StoreEvent = { id: `0204-1-9f3a-${seq}`, seq, at, quality: "synced", ...body };
		events.push(event);
		return event;
	};
	const ring = () => bells.forEach((fn) => fn());
	const find = (key: string): Article | undefined =>
		articles.get(key) ?? [...articles.values()].find((each) => /^\d{8,14}$/.test(key) && each.gtin === key.padStart(14, "0"));
	const effective = (sku: string, at: string, asked?: EffectiveAsked): EffectivePrice | undefined => {
		const article = articles.get(sku);
		const inForce = prices.filter((each) => each.sku === sku && isInForce(each, at));
		return article && effectivePrice(sku, article, inForce, asked ?? {});
	};
	const onHand = (sku: string): OnHand | undefined => {
		const of = [...movements.values()].filter((each) => each.sku === sku).sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
		if (of.length === 0) return undefined;
		let sum = 0;
		let countedAt: string | null = null;
		for (const each of of) {
			sum = each.reason === "count" ? each.quantity : sum + each.quantity;
			if (each.reason === "count") countedAt = each.occurredAt;
		}
		const article = articles.get(sku);
		const unit = article?.weighed ? "milligram" : "piece";
		const granted = Math.min(2, Math.max(0, sum));
		return {
			sku,
			gtin: article?.gtin ?? null,
			name: article?.name ?? null,
			unit,
			onHand: sum,
			granted,
			staged: 0,
			reserved: 0,
			available: sum - granted,
			countedAt,
			lastMovementAt: of.at(-1)!.occurredAt,
		};
	};
	const sorted = () => [...labels.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

	const read: DeskBook = {
		events: {
			after: (seq, limit) => events.slice(seq, seq + limit),
			last: () => {
				if (fake.broken) throw new Error("disk I/O error");
				return events.length;
			},
		},
		articles: {
			find,
			page: (after, limit) =>
				[...articles.values()]
					.filter(({ sku }) => sku > after)
					.sort((a, b) => (a.sku < b.sku ? -1 : 1))
					.slice(0, limit),
		},
		priceHolds: { of: () => [], page: () => [], count: () => 0, frozen: () => frozen },
		prices: {
			history: (sku) => prices.filter((each) => each.sku === sku).map((price) => ({ price, state: "in-force" as const })),
			effective,
			charged: effective,
		},
		priceRises: { count: () => 0 },
		settings: { value: () => undefined },
		stock: {
			onHand,
			movements: (sku, limit) =>
				[...movements.values()]
					.filter((each) => each.sku === sku)
					.reverse()
					.slice(0, limit),
			movement: (id) => movements.get(id),
		},
		coldChain: { list: () => [], get: () => undefined, minutes: () => [] },
		transfers: { get: () => undefined, list: () => [] },
		elsewhere: { get: () => undefined },
		fiscal: { get: () => undefined, list: () => [], rules: () => undefined },
		memberCare: { enrolments: () => [] },
		returns: { get: () => undefined, list: () => [], qualityPage: () => [] },
		stopSales: { of: () => [], list: () => [] },
		shelfFills: { get: () => undefined, newest: () => undefined, goneSince: () => 0, firstSaleAt: () => null, soldByHour: () => [] },
		orders: { get: () => undefined, list: () => [], handedOver: () => [] },
		coupons: { page: () => [], leases: () => [] },
		points: { rules: () => [], openSums: () => ({ members: 0, lent: 0, used: 0 }) },
		labels: {
			list: ({ after = "", limit, state }) =>
				sorted()
					.filter((each) => each.id > after && (!state || each.state === state))
					.slice(0, limit),
			get: (id) => labels.get(id),
			counts: () => {
				const count = (state: string) => sorted().filter((each) => each.state === state).length;
				return { total: labels.size, shown: count("SHOWN"), pending: count("PENDING"), failed: count("FAILED"), stale: count("STALE") };
			},
			picture: (id, which) => {
				const label = labels.get(id);
				const step = which === "confirmed" ? label?.confirmed : which === "sent" ? label?.sent : label?.desired;
				return step ? { version: step.version, picture: "0".repeat(16) } : undefined;
			},
			forSku: (sku) => sorted().filter((each) => each.sku === sku),
		},
		jobs: {
			get: (id) => jobs.get(id),
			askedOf: (id) => jobs.get(id)?.printer,
			waitsForLabel: () => false,
			list: ({ after, limit }) => {
				const all = [...jobs.values()];
				return all.slice(after === undefined ? 0 : all.findIndex((each) => each.id === after) + 1).slice(0, limit);
			},
			recent: (limit) => [...jobs.values()].reverse().slice(0, limit),
			counts: () => {
				const counts: Partial<Record<PrintJob["state"], number>> = {};
				for (const { state } of jobs.values()) counts[state] = (counts[state] ?? 0) + 1;
				return counts;
			},
		},
		paperLabels: { list: () => [], due: () => [], dueCount: () => 0 },
		devices: { list: () => [...devices.values()], get: (id) => devices.get(id) },
		alarms: { list: () => [...alarms.values()], get: (id) => alarms.get(id) },
		link: {
			waiting: () => fake.waiting,
			identity: () => ({ store: "0204", tenant: "studenac" }),
			timeZone: () => "Europe/Zagreb",
			clockFloor: () => null,
			risesWentOn: () => 0,
			shelfDoubts: () => ({}),
			restocking: () => ({}),
		},
		scanBacklog: { rows: () => 0 },
		meta: { bytes: () => ({ bytes: 48_300_032, freeBytes: 1_951_699_968 }) },
	};

	const flows: Record<string, (args: never) => unknown> = {
		recordMovement(args: Omit<Movement, "origin">) {
			const duplicate = movements.has(args.id);
			if (!duplicate) {
				if (!articles.has(args.sku)) throw new LedgerRefusal("article-unknown", `No article ${args.sku}.`);
				const movement: Movement = { ...args, origin: "store" };
				movements.set(args.id, movement);
				write({ type: "stock.moved", movement });
				ring();
			}
			return { duplicate, onHand: onHand(args.sku) };
		},
		bindLabel({ label, sku, face }: { label: string; sku: string | null; face?: string }) {
			const article = sku === null ? undefined : articles.get(sku);
			if (sku !== null && !article) throw new LedgerRefusal("article-unknown", `No article ${sku}.`);
			const before = labels.get(label);
			const version = (before?.desired?.version ?? 0) + 1;
			const status: LabelStatus = {
				...(before ?? emptyLabel(label)),
				sku,
				name: article?.name ?? null,
				face: face ?? before?.face ?? null,
				state: sku === null ? "UNBOUND" : "PENDING",
				desired: sku === null ? null : { version, at: clock.wall },
			};
			labels.set(label, status);
			if (sku !== null) write({ type: "label.bound", label, sku, face: status.face });
			else if (before?.sku) write({ type: "label.unbound", label, sku: before.sku });
			ring();
			return status;
		},
		queuePrint({ id, printer = "till-1", document }: { id: string; printer?: string; document: string }) {
			const before = jobs.get(id);
			if (before) return { job: before, duplicate: true };
			const job: PrintJob = {
				id,
				printer,
				document,
				sku: null,
				state: "queued",
				why: null,
				copy: 1,
				opensDrawer: false,
				queuedAt: clock.wall,
				changedAt: clock.wall,
			};
			jobs.set(id, job);
			write({ type: "receipt.queued", job: id, printer });
			ring();
			return { job, duplicate: false };
		},
		recordPrinted({ id, confirmed }: { id: string; confirmed: boolean }) {
			const job = jobs.get(id)!;
			jobs.set(id, { ...job, state: confirmed ? "printed" : "sent", changedAt: clock.wall });
			write({ type: "receipt.printed", job: id, printer: job.printer, confirmed, copy: job.copy });
			ring();
		},
		requeuePrint({ id }: { id: string }) {
			const job = jobs.get(id)!;
			jobs.set(id, { ...job, state: "queued", copy: job.copy + 1, changedAt: clock.wall });
			write({ type: "receipt.queued", job: id, printer: job.printer });
			ring();
		},
		freezePrices: ({ reason }: { reason: string | null }) => (frozen ??= { since: clock.wall, by: "user:demo", reason }),
		thawPrices() {
			const known = frozen;
			frozen = undefined;
			return known ? { since: known.since } : null;
		},
		acknowledgeAlarm({ id, by }: { id: string; by: string }) {
			const alarm: Alarm = { ...alarms.get(id)!, acknowledgedAt: clock.wall };
			alarms.set(id, alarm);
			write({ type: "alarm.acknowledged", alarm: id, by });
			ring();
			return alarm;
		},
	};

	const fake: FakeLedger = {
		articles,
		prices,
		labels,
		devices,
		alarms,
		jobs,
		movements,
		clock,
		read,
		waiting: { facts: 0, notes: 0, oldestAt: null },
		broken: false,
		now: () => ({ wall: clock.wall, quality: "synced" as const }),
		bells: {
			on: (_bell, fn) => {
				bells.add(fn);
				return () => bells.delete(fn);
			},
		},
		do: (async (flow: string, args: never) => flows[flow]!(args)) as DeskLedger["do"],
		happen(body, at) {
			const event = write(body, at);
			ring();
			return event;
		},
		happenMany(bodies) {
			for (const body of bodies) write(body);
			ring();
		},
		listeners: () => bells.size,
	};
	return fake;
}

export function emptyLabel(id: string): LabelStatus {
	return {
		id,
		sku: null,
		name: null,
		face: null,
		model: '2.9" BWR',
		hwType: 1,
		firmware: 33,
		desired: null,
		sent: null,
		confirmed: null,
		state: "UNBOUND",
		proof: null,
		trouble: null,
		batteryMillivolts: 2950,
		rssi: -61,
		temperatureCelsius: 21,
		lastCheckInAt: null,
		accessPoint: "ap-1",
	};
}
