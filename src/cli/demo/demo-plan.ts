/** The devices of the demo store, made from the catalogue: the same each time, so that a restart finds the same store. */
import type { VirtualStorePlan } from "../../sim/plan.ts";
import { defined } from "../../words/defined.ts";

export interface DemoArticle {
	sku: string;
	gtin?: string;
	name: string;
	amountMinor: number;
	weighed?: boolean;
	pieceMilligrams?: number;
}
export interface DemoBinding {
	label: string;
	sku: string;
	hwType: number;
}

/** Most places have a 2.9 inch label; every sixth has a large one, every fifth a wider one. */
const ordinary = { hwType: 0x01, firmware: 0x29 };
const large = { hwType: 0x34, firmware: 0x29 };
const wide = { hwType: 0x33, firmware: 0x29 };

/** A radio is busy for over a second for each label. People watch the demo, so it has more base stations than a store would. */
const labelsPerAccessPoint = 25;
/** The weight of a piece where the price list has none: a jar. */
const usualPieceMilligrams = 500_000;

export interface DemoPlan {
	bindings: DemoBinding[];
	shelves: {
		id: string;
		scale: string;
		sku: string;
		pieceMilligrams?: number;
		loose: boolean;
		startPieces?: number;
		startMilligrams?: number;
	}[];
	store: VirtualStorePlan;
}

export function planDemo(options: { outDir: string; speed: number; labels: number; articles: DemoArticle[]; fiscal?: boolean }): DemoPlan {
	const { outDir, speed, articles } = options;
	const shown = articles.slice(0, options.labels);
	const stickers = Array.from({ length: options.labels }, (_, i) => ({
		mac: `00000219B7E${(i + 1).toString(16).toUpperCase().padStart(5, "0")}`,
		...(i % 6 === 5 ? large : i % 5 === 4 ? wide : ordinary),
	}));
	// More labels than articles: an article has several labels, as in a store.
	const bindings = stickers.map(({ mac, hwType }, i) => ({ label: mac, sku: shown[i % shown.length]!.sku, hwType }));
	const shelves = planShelves(shown);
	return {
		bindings,
		shelves,
		store: {
			outDir,
			speed,
			seed: 7,
			checkInEveryMs: Math.max(250, Math.round(3_000 / Math.max(1, speed))),
			accessPoints: Array.from({ length: Math.ceil(stickers.length / labelsPerAccessPoint) }, (_, i) => ({
				alias: `Aisle ${i + 1}`,
				labels: stickers.slice(i * labelsPerAccessPoint, (i + 1) * labelsPerAccessPoint),
			})),
			scanners: [
				{ id: "scanner-1", suffix: "cr", aim: true },
				{ id: "scanner-2", suffix: "crlf", aim: false },
			],
			scales: shelves.filter((shelf) => !shelf.scale.startsWith("tasmota")).map((shelf) => ({ id: shelf.scale, ...goodsOf(shelf) })),
			printers: [{ id: "printer-1" }],
			...(options.fiscal && { fiscal: { id: "fiscal-1", serial: "PRACTICE-1" } }),
			mqttDevices: [
				{ id: "scanner-3", kind: "scanner" },
				...coolers.map(({ id, celsius }) => ({ id, kind: "cooler" as const, celsius })),
				...shelves
					.filter((shelf) => shelf.scale.startsWith("tasmota"))
					.map((shelf) => ({ id: shelf.scale, kind: "tasmota" as const, ...goodsOf(shelf) })),
			],
			articles: shown.slice(0, 400).map((article) => ({ ...article, pieceMilligrams: article.pieceMilligrams ?? usualPieceMilligrams })),
			control: { port: 0 },
		},
	};
}

const goodsOf = (shelf: DemoPlan["shelves"][number]) => ({
	sku: shelf.sku,
	loose: shelf.loose,
	...defined({ pieceMilligrams: shelf.pieceMilligrams, startPieces: shelf.startPieces, startMilligrams: shelf.startMilligrams }),
});

/** Plans four scales on cables, one of them with loose goods, and a fifth that speaks MQTT through Tasmota. */
function planShelves(articles: DemoArticle[]): DemoPlan["shelves"] {
	const pieces = articles.filter((article) => !article.weighed).slice(0, 4);
	const loose = articles.find((article) => article.weighed);
	return [
		...pieces.map((article, i) => ({
			id: i < 3 ? `shelf-${i + 1}` : "shelf-5",
			scale: i < 3 ? `scale-${i + 1}` : "tasmota-5",
			sku: article.sku,
			pieceMilligrams: article.pieceMilligrams ?? usualPieceMilligrams,
			loose: false,
			startPieces: 12,
		})),
		...(loose ? [{ id: "shelf-4", scale: "scale-4", sku: loose.sku, loose: true, startMilligrams: 9_000_000 }] : []),
	];
}

const plannedPlaces = 24;

/** Cabinets with a thermometer, and what is allowed in them. */
const coolers = [
	{ id: "cooler-1", place: "Dairy cooler", celsius: 4, minMillidegrees: 0, maxMillidegrees: 7_000 },
	{ id: "freezer-1", place: "Ice cream freezer", celsius: -20.5, minMillidegrees: -25_000, maxMillidegrees: -18_000 },
];

interface Ends {
	id: string;
	path?: string;
	host?: string;
	port?: number;
}
interface Addresses {
	control: string;
	accessPoints: { udpPort: number }[];
	scanners: Ends[];
	scales: Ends[];
	printers: { id: string; host: string; port: number }[];
	fiscal?: { id: string; host: string; port: number };
}

const whereIs = (end: Ends) => (end.path !== undefined ? { port: end.path } : { host: `${end.host}:${end.port}` });

/** The demo store's gondola.yaml as an object; an installer could write the same. */
export function demoConfig(options: {
	store: string;
	data: string;
	/** The `hq` section: the account of the gateway on the line. */
	line: object;
	port: number;
	mqttPort: number;
	plan: DemoPlan;
	at: Addresses;
}): object {
	const { plan, at } = options;
	const weighed = new Set(plan.store.articles.flatMap((article) => (article.weighed ? article.sku : [])));
	return {
		store: options.store,
		tenant: "demo",
		data: options.data,
		locale: "en",
		hq: options.line,
		// Load tests of the demo's broker run on this same machine.
		broker: {
			port: options.mqttPort,
			anonymousLoopback: true,
			limits: { connections: 20_000, connectBurst: 20_000, connectsPerSecond: 2_000 },
		},
		desk: { port: options.port },
		devices: [
			{
				id: "labels",
				family: "label",
				protocol: "oepl",
				bind: "127.0.0.1",
				port: 0,
				group: null,
				getdataPort: 0,
				peers: at.accessPoints.map((point) => ({ address: "127.0.0.1", port: point.udpPort })),
			},
			...at.scanners.map((end) => ({ id: end.id, family: "scanner", protocol: "serial", ...whereIs(end) })),
			{ id: "scanner-3", family: "scanner", protocol: "mqtt" },
			...at.scales.map((end) => ({
				id: end.id,
				family: "scale",
				protocol: "mt-sics",
				...(end.path !== undefined ? { port: end.path } : { host: end.host, tcpPort: end.port }),
			})),
			...plan.shelves
				.filter((shelf) => shelf.scale.startsWith("tasmota"))
				.map((shelf) => ({
					id: shelf.scale,
					family: "scale",
					protocol: "mqtt",
					topic: `tele/${shelf.scale}/SENSOR`,
					presence: `tele/${shelf.scale}/LWT`,
					path: "HX711.Weight",
					unit: "kg",
				})),
			...coolers.map(({ id }) => ({ id, profile: "tasmota" })),
			...at.printers.map((end) => ({
				id: end.id,
				family: "printer",
				protocol: "esc-pos",
				host: end.host,
				tcpPort: end.port,
				model: "generic-80mm",
				confirm: "process-id",
			})),
			...(at.fiscal
				? [{ id: at.fiscal.id, family: "fiscal", protocol: "gondola-fiscal", host: at.fiscal.host, tcpPort: at.fiscal.port }]
				: []),
		],
		shelves: plan.shelves.map(({ id, scale, sku, pieceMilligrams, loose }) => ({
			id,
			scale,
			sku,
			loose,
			posts: false,
			...(pieceMilligrams !== undefined && !loose && { pieceMilligrams }),
		})),
		// Places of the first labels, as one walks along them; the rest of a delivery waits in the back room.
		shelfPlan: [...new Set(plan.bindings.map(({ sku }) => sku))]
			.filter((sku) => !weighed.has(sku))
			.slice(0, plannedPlaces)
			.map((sku, i) => ({ place: `A${Math.floor(i / 6) + 1}-${(i % 6) + 1}`, sku, capacity: 16, minimum: 4 })),
		coldChain: coolers.map(({ id, place, ...limits }) => {
			const { minMillidegrees, maxMillidegrees } = limits;
			return { id, place, device: id, sensor: "DS18B20", minMillidegrees, maxMillidegrees, expectedEverySeconds: 10 };
		}),
		faces: { workers: 1 },
	};
}
