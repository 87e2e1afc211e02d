import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../words/defined.ts";
import { startControl } from "./control.ts";
import { controlActs } from "./control-acts.ts";
import { fiscalActs, startFiscalDevice } from "./fiscal.ts";
import { type Kept, openKept } from "./kept.ts";
import { startAccessPoint, type VirtualAccessPoint } from "./label/access-point.ts";
import { buildLabel, type VirtualLabel } from "./label/label.ts";
import { buildLabelBoard } from "./label/label-board.ts";
import { hangOdLabels } from "./label/opendisplay/od-wall.ts";
import { buildMqttCooler, buildMqttScanner, buildMqttWeight, type MqttDevice } from "./mqtt-devices.ts";
import { type GatewayAddresses, type VirtualStoreAddresses, type VirtualStorePlan, virtualStorePlan } from "./plan.ts";
import { openLabelPile } from "./printer/label-pile.ts";
import { startLabelPrinter, type VirtualLabelPrinter } from "./printer/label-printer.ts";
import { openSlipBox, type SlipBox } from "./printer/paper-roll.ts";
import { startPrinter, type VirtualPrinter } from "./printer/printer.ts";
import { type Seeded, seeded } from "./seeded.ts";
import { buildPlate, type Plate } from "./serial/plate.ts";
import { openSerialEnd } from "./serial/pty.ts";
import { runScale } from "./serial/scale.ts";
import { runScanner, type VirtualScanner } from "./serial/scanner.ts";
import type { SerialEnd } from "./serial/serial-end.ts";
import { type Shoppers, startShopping } from "./shopper.ts";
import { openTill, type Till } from "./till.ts";
import { startTimeline, type Timeline } from "./timeline.ts";

/** A store with everything in it but the gateway. */
export interface VirtualStore {
	readonly addresses: VirtualStoreAddresses;
	/** Tells the devices where the gateway is; may be told again when it moved. */
	connect(gateway: GatewayAddresses): void;
	/** Shoppers come once the gateway's addresses are known. */
	startShopping(): void;
	stop(): Promise<void>;
}

/** Neighbouring base stations get different channels, as an installer would give them. */
const channels = [11, 15, 20, 25, 26, 27];
const printMillimetresPerSecond = 200;
const usualPartLoss = 0.02;
const minuteMs = 60_000;

/** Everything that the devices of one store are made with. */
interface Making {
	plan: VirtualStorePlan;
	timeline: Timeline;
	luck: Seeded;
	/** The pictures of labels and the loads of plates when the store was last open. */
	kept: Kept;
	/** Tells this run's messages from those of earlier ones: a sale of yesterday must not look like one of today. Not from the seed. */
	runId: string;
}

interface Labels {
	labels: Map<string, VirtualLabel>;
	board: ReturnType<typeof buildLabelBoard>;
	stations: Map<string, VirtualAccessPoint>;
	/** The station of each label, by its MAC. */
	stationOf: Map<string, VirtualAccessPoint>;
}

interface Shelf {
	sku: string;
	plate: Plate;
	loose: boolean;
	/** Of a scale on a cable. */
	line?: SerialEnd;
}

interface Cables {
	scanners: Map<string, Partial<VirtualScanner> & { scan: VirtualScanner["scan"]; line?: SerialEnd }>;
	scales: Map<string, Shelf>;
	mqttDevices: MqttDevice[];
}

/** Throws zod's error for a plan that is not one. `plan.outDir` gets labels/, labels.json, slips/, slips.json, dev/ and control.json. */
export async function startVirtualStore(given: VirtualStorePlan): Promise<VirtualStore> {
	const plan = virtualStorePlan.parse(given);
	mkdirSync(plan.outDir, { recursive: true });
	const runId = randomBytes(4).toString("hex");
	const making: Making = { plan, timeline: startTimeline(), luck: seeded(plan.seed), kept: openKept(plan.outDir), runId };
	const { timeline } = making;
	const shown = await openLabels(making);
	const wall = await hangOdLabels(plan.opendisplay, plan.outDir, plan.speed, timeline);
	const cables = await openCables(making);
	const box = openSlipBox(plan.outDir);
	const printers = await openPrinters(making, box);
	const signer = plan.fiscal && (await startFiscalDevice({ serial: plan.fiscal.serial, file: join(plan.outDir, "fiscal.journal") }));
	const pile = openLabelPile(plan.outDir);
	const labelPrinters = new Map<string, VirtualLabelPrinter>();
	for (const { id } of plan.labelPrinters) labelPrinters.set(id, await startLabelPrinter({ id }, pile, timeline));
	const till = openTill("till-1", runId);
	const shopping = holdShopping(making, cables, till);
	const control = await startControl(plan.outDir, plan.control?.port ?? 0, [
		{
			method: "GET",
			path: "/devices",
			act: () => ({ ...devicesNow(shown, cables, printers), till: till.counts(), shoppers: shopping.counts() }),
		},
		...wall.acts,
		...fiscalActs(signer),
		...controlActs({
			...shown,
			...cables,
			printers,
			labelPrinters,
			pile,
			box,
			timeline,
			glassChanged: (label) => shown.board.drawn(label),
		}),
	]);
	return {
		addresses: {
			...addressesOf(plan, shown, cables, printers, control.url),
			...(plan.fiscal && signer && { fiscal: { id: plan.fiscal.id, host: signer.host, port: signer.port() } }),
			labelPrinters: placesOf(labelPrinters),
			opendisplay: wall.places,
		},
		connect(next) {
			for (const station of shown.stations.values()) station.connect(next);
			for (const device of cables.mqttDevices) device.connect(next.mqtt);
			till.connect(next.mqtt);
			shopping.connect(next);
		},
		startShopping: shopping.want,
		async stop() {
			await shopping.stop();
			await Promise.all([till.stop(), ...cables.mqttDevices.map((device) => device.stop()), control.stop()]);
			timeline.stop();
			await Promise.all([
				wall.close(),
				signer?.stop(),
				...[...shown.stations.values()].map((station) => station.stop()),
				...[...printers.values(), ...labelPrinters.values()].map((printer) => printer.stop()),
				...[...cables.scanners.values(), ...cables.scales.values()].map((one) => one.line?.close()),
			]);
			await shown.board.settle();
		},
	};
}

async function openLabels({ plan, timeline, luck, kept }: Making): Promise<Labels> {
	const labels = new Map<string, VirtualLabel>();
	for (const point of plan.accessPoints) {
		for (const sticker of point.labels) labels.set(sticker.mac.toUpperCase(), buildLabel(sticker, luck.fork(sticker.mac)));
	}
	const board = buildLabelBoard(plan.outDir, labels, timeline);
	for (const label of labels.values()) if (kept.recallLabel(label)) board.drawn(label);
	const stations = new Map<string, VirtualAccessPoint>();
	const stationOf = new Map<string, VirtualAccessPoint>();
	for (const [at, point] of plan.accessPoints.entries()) {
		const station = await startAccessPoint(
			{
				alias: point.alias,
				channel: point.channel ?? channels[at % channels.length]!,
				multicast: plan.multicast ?? false,
				checkInEveryMs: plan.checkInEveryMs,
				partLoss: plan.partLoss ?? usualPartLoss,
				speed: plan.speed,
				minuteMs,
			},
			point.labels.map((sticker) => labels.get(sticker.mac.toUpperCase())!),
			(label) => {
				kept.keepLabel(label);
				board.drawn(label);
			},
			() => board.heard(),
			luck.fork(point.alias),
			timeline,
		);
		stations.set(point.alias, station);
		for (const sticker of point.labels) stationOf.set(sticker.mac.toUpperCase(), station);
	}
	return { labels, board, stations, stationOf };
}

/** Scanners and scales, on pseudo-terminals and over MQTT. */
async function openCables(making: Making): Promise<Cables> {
	const { plan, timeline, luck, runId } = making;
	const cable = (id: string): Promise<SerialEnd> => openSerialEnd(join(plan.outDir, "dev", id));
	const scanners: Cables["scanners"] = new Map();
	const scales = new Map<string, Shelf>();
	for (const one of plan.scanners) {
		const line = await cable(one.id);
		scanners.set(one.id, { ...runScanner(line, one, luck.fork(one.id)), line });
	}
	for (const one of plan.scales) {
		const shelf = stock(making, one);
		const line = await cable(one.id);
		runScale(line, shelf.plate, timeline, {
			serialNumber: `B0${String(luck.fork(one.id).between(10_000_000, 99_999_999))}`,
			capacityMilligrams: capacityFor(shelf.plate.loadMilligrams()),
		});
		scales.set(one.id, { ...shelf, line });
	}
	const mqttDevices: MqttDevice[] = (plan.mqttDevices ?? []).map((one) => {
		if (one.kind === "cooler") return buildMqttCooler(one.id, one.celsius, luck.fork(one.id), timeline);
		if (one.kind !== "scanner") {
			const shelf = stock(making, one);
			scales.set(one.id, shelf);
			return buildMqttWeight(one.id, one.kind, shelf.plate, timeline);
		}
		const device = buildMqttScanner(one.id, runId);
		scanners.set(one.id, { scan: (code) => device.scan?.(code) });
		return device;
	});
	return { scanners, scales, mqttDevices };
}

type Stocked = Parameters<typeof buildPlate>[0] & { id: string; sku: string; loose?: boolean | undefined };

/** A shelf with what stood on it when the store was last open. */
function stock({ luck, timeline, kept }: Making, one: Stocked): Shelf {
	const plate = buildPlate(one, luck.fork(one.id), timeline.now, kept.recallPlate(one.id), (load) => kept.keepPlate(one.id, load));
	return { sku: one.sku, plate, loose: one.loose ?? one.pieceMilligrams === undefined };
}

async function openPrinters({ plan, timeline }: Making, box: SlipBox): Promise<Map<string, VirtualPrinter>> {
	const printers = new Map<string, VirtualPrinter>();
	for (const one of plan.printers) {
		const settings = {
			id: one.id,
			isClone: one.isClone ?? false,
			isStar: one.isStar ?? false,
			millimetresPerSecond: printMillimetresPerSecond * Math.max(1, plan.speed),
			...defined({ paperRows: one.paperRows }),
		};
		printers.set(one.id, await startPrinter(settings, box, timeline));
	}
	return printers;
}

/** Lets shoppers in once somebody wants them and the gateway's addresses are known. */
function holdShopping({ plan, luck }: Making, { scanners, scales }: Cables, till: Till) {
	let shoppers: Shoppers | undefined;
	let gateway: GatewayAddresses | undefined;
	let isWanted = false;
	const letIn = (): void => {
		if (!isWanted || shoppers || !gateway) return;
		const priceChecker = scanners.values().next().value;
		shoppers = startShopping(
			{
				articles: plan.articles,
				shelves: [...scales.values()],
				...(priceChecker && { scanAtPriceChecker: (code: string) => priceChecker.scan(code) }),
				till,
				pricesUrl: () => new URL("/api/v1/prices", gateway?.http).href,
				speed: plan.speed,
			},
			luck.fork("shoppers"),
		);
	};
	return {
		connect(next: GatewayAddresses): void {
			gateway = next;
			letIn();
		},
		want(): void {
			isWanted = true;
			letIn();
		},
		counts: () => shoppers?.counts() ?? null,
		stop: async () => shoppers?.stop(),
	};
}

/** The answer of the control's `GET /devices`. */
function devicesNow({ stations }: Labels, { scanners, scales }: Cables, printers: ReadonlyMap<string, VirtualPrinter>) {
	return {
		accessPoints: [...stations.values()].map((one) => ({
			alias: one.alias,
			udpPort: one.udpPort,
			labels: one.labels.size,
			onOffer: one.radio.pending(),
			...one.counts(),
		})),
		scanners: [...scanners].map(([id, one]) => ({ id, ...one.line?.address, scans: one.scans?.() })),
		scales: [...scales].map(([id, { line, sku, plate }]) => ({
			id,
			...line?.address,
			sku,
			pieces: plate.pieces(),
			milligrams: plate.loadMilligrams(),
		})),
		printers: [...printers].map(([id, one]) => ({ id, host: one.host, port: one.port, ...one.facts() })),
	};
}

function addressesOf(
	plan: VirtualStorePlan,
	{ stations }: Labels,
	{ scanners, scales }: Cables,
	printers: ReadonlyMap<string, VirtualPrinter>,
	control: string,
): Omit<VirtualStoreAddresses, "opendisplay" | "labelPrinters"> {
	return {
		accessPoints: [...stations.values()].map(({ alias, udpPort }) => ({ alias, udpPort })),
		scanners: plan.scanners.map(({ id }) => ({ id, ...scanners.get(id)!.line!.address })),
		scales: plan.scales.map(({ id, sku }) => ({ id, sku, ...scales.get(id)!.line!.address })),
		printers: placesOf(printers),
		control,
	};
}

const placesOf = (printers: ReadonlyMap<string, { id: string; host: string; port: number }>) =>
	[...printers.values()].map(({ id, host, port }) => ({ id, host, port }));

/** Shelf plates are sold for 15, 30 and 60 kg; an installer leaves room for a full delivery. */
function capacityFor(startMilligrams: number): number {
	return [15_000_000, 30_000_000, 60_000_000].find((capacity) => capacity >= startMilligrams * 1.8) ?? 150_000_000;
}
