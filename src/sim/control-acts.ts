import { z } from "zod";
import { type ControlAct, ControlRefusal } from "./control.ts";
import type { VirtualAccessPoint } from "./label/access-point.ts";
import { glassPng, reboot, type VirtualLabel, wokeByFirstBoot, wokeByWatchdog } from "./label/label.ts";
import { labelFacts } from "./label/label-board.ts";
import type { LabelPile } from "./printer/label-pile.ts";
import type { VirtualLabelPrinter } from "./printer/label-printer.ts";
import type { SlipBox } from "./printer/paper-roll.ts";
import type { VirtualPrinter } from "./printer/printer.ts";
import type { Plate } from "./serial/plate.ts";
import type { Symbology } from "./serial/scanner.ts";
import type { SerialEnd } from "./serial/serial-end.ts";
import type { Timeline } from "./timeline.ts";

/** Everything that the control can act upon. */
export interface Reach {
	labels: ReadonlyMap<string, VirtualLabel>;
	stationOf: ReadonlyMap<string, VirtualAccessPoint>;
	stations: ReadonlyMap<string, VirtualAccessPoint>;
	scanners: ReadonlyMap<string, { scan(code: string, symbology?: Symbology): void; makeNoise?(bytes: number): void; line?: SerialEnd }>;
	scales: ReadonlyMap<string, { sku: string; plate: Plate; line?: SerialEnd }>;
	printers: ReadonlyMap<string, VirtualPrinter>;
	labelPrinters: ReadonlyMap<string, VirtualLabelPrinter>;
	pile: LabelPile;
	box: SlipBox;
	/** A label's display changed without a transfer. */
	glassChanged(label: VirtualLabel): void;
	timeline: Timeline;
}

const scanBody = z.strictObject({
	code: z.string().min(1).max(4_000),
	symbology: z.enum(["ean-13", "ean-8", "upc-a", "upc-e", "gs1-128", "qr", "code-128"]).optional(),
});
const noiseBody = z.strictObject({ bytes: z.number().int().min(1).max(4_096).default(16) });
const amountBody = z.union([
	z.strictObject({ pieces: z.number().int().min(1).max(1_000) }),
	z.strictObject({ milligrams: z.number().int().min(1).max(50_000_000) }),
]);
const forMs = z.strictObject({ ms: z.number().int().min(1).max(86_400_000) });
const rebootBody = z.strictObject({ reason: z.enum(["first-boot", "watchdog"]).default("first-boot") });
const paperBody = z.strictObject({ afterRows: z.number().int().min(0).max(1_000_000).default(0) });
const rowsBody = z.strictObject({ rows: z.number().int().min(1).max(1_000_000).optional() });
const resetBody = z.strictObject({ bytes: z.number().int().min(1).max(10_000_000) });

const done = { done: true } as const;

export function controlActs(reach: Reach): ControlAct[] {
	return [...labelActs(reach), ...scannerActs(reach), ...scaleActs(reach), ...printerActs(reach), ...labelPrinterActs(reach)];
}

function labelActs({ labels, stationOf, stations, timeline, glassChanged }: Reach): ControlAct[] {
	const label = (mac: string | undefined): VirtualLabel | undefined => labels.get((mac ?? "").toUpperCase());
	return [
		{ method: "GET", path: "/labels", act: () => ({ items: [...labels.values()].map((one) => ({ mac: one.mac, ...labelFacts(one) })) }) },
		{
			method: "GET",
			path: "/labels/{mac}.png",
			act: ([mac]) => {
				const found = label(mac);
				return found && glassPng(found);
			},
		},
		{
			method: "GET",
			path: "/labels/{mac}",
			act: ([mac]) => {
				const found = label(mac);
				if (!found) return undefined;
				const { model, flash, outOfContactUntilMs, ...facts } = found;
				return {
					...facts,
					...labelFacts(found),
					accessPoint: stationOf.get(found.mac)?.alias,
					width: model.width,
					height: model.height,
					palette: model.palette,
					flash: flash.map((picture) => picture.version),
					outOfContactMs: Math.max(0, Math.round(Math.min(86_400_000, outOfContactUntilMs - timeline.now()))),
				};
			},
		},
		{
			method: "POST",
			path: "/labels/{mac}/out-of-contact",
			body: forMs,
			act: ([mac], body) => {
				const found = label(mac);
				if (!found) return undefined;
				found.outOfContactUntilMs = timeline.now() + (body as z.infer<typeof forMs>).ms;
				return done;
			},
		},
		{
			method: "POST",
			path: "/labels/{mac}/reboot",
			body: rebootBody,
			act: ([mac], body) => {
				const found = label(mac);
				if (!found) return undefined;
				reboot(found, (body as z.infer<typeof rebootBody>).reason === "watchdog" ? wokeByWatchdog : wokeByFirstBoot);
				stationOf.get(found.mac)?.radio.wakeSoon(found);
				glassChanged(found);
				return done;
			},
		},
		{
			method: "POST",
			path: "/access-points/{alias}/power-cycle",
			act: ([alias]) => {
				const found = stations.get(alias ?? "");
				found?.powerCycle();
				return found && done;
			},
		},
	];
}

function scannerActs({ scanners }: Reach): ControlAct[] {
	return [
		{
			method: "POST",
			path: "/scanners/{id}/scan",
			body: scanBody,
			act: ([id], body) => {
				const { code, symbology } = body as z.infer<typeof scanBody>;
				const found = scanners.get(id ?? "");
				found?.scan(code, symbology);
				return found && done;
			},
		},
		{
			method: "POST",
			path: "/scanners/{id}/noise",
			body: noiseBody,
			act: ([id], body) => {
				const found = scanners.get(id ?? "");
				found?.makeNoise?.((body as z.infer<typeof noiseBody>).bytes);
				return found && done;
			},
		},
		...plugActs("/scanners", (id) => scanners.get(id)),
	];
}

function scaleActs({ scales }: Reach): ControlAct[] {
	const move = (verb: "take" | "put"): ControlAct => ({
		method: "POST",
		path: `/scales/{id}/${verb}`,
		body: amountBody,
		act: ([id], body) => {
			const plate = scales.get(id ?? "")?.plate;
			if (!plate) return undefined;
			const amount = body as z.infer<typeof amountBody>;
			if ("pieces" in amount) {
				if (verb === "put") plate.put(amount.pieces);
				else if (plate.take(amount.pieces) === 0) throw new ControlRefusal("there is nothing left to take on this plate");
			} else if (verb === "put") plate.putMilligrams(amount.milligrams);
			else if (plate.takeMilligrams(amount.milligrams) === 0) throw new ControlRefusal("there are no loose goods left on this plate");
			return { pieces: plate.pieces(), milligrams: plate.loadMilligrams() };
		},
	});
	return [
		move("take"),
		move("put"),
		{
			method: "POST",
			path: "/scales/{id}/lean",
			body: forMs,
			act: ([id], body) => {
				const plate = scales.get(id ?? "")?.plate;
				plate?.lean((body as z.infer<typeof forMs>).ms);
				return plate && done;
			},
		},
		...plugActs("/scales", (id) => scales.get(id)),
	];
}

function plugActs(folder: string, find: (id: string) => { line?: SerialEnd } | undefined): ControlAct[] {
	const act = (verb: "unplug" | "plug-in"): ControlAct => ({
		method: "POST",
		path: `${folder}/{id}/${verb}`,
		act: async ([id]) => {
			const line = find(id ?? "")?.line;
			if (verb === "unplug") line?.hangUp();
			else await line?.plugIn();
			return line && done;
		},
	});
	return [act("unplug"), act("plug-in")];
}

function printerActs({ printers, box }: Reach): ControlAct[] {
	const simple = (verb: string, body: z.ZodType | undefined, act: (printer: VirtualPrinter, body: unknown) => void): ControlAct => ({
		method: "POST",
		path: `/printers/{id}/${verb}`,
		...(body && { body }),
		act: ([id], given) => {
			const printer = printers.get(id ?? "");
			if (printer) act(printer, given);
			return printer && done;
		},
	});
	return [
		{ method: "GET", path: "/slips", act: () => ({ items: box.slips() }) },
		{ method: "GET", path: "/slips/{n}.png", act: ([n]) => box.png(Number(n)) },
		simple("paper-out", paperBody, (printer, body) => printer.paperOut((body as z.infer<typeof paperBody>).afterRows)),
		simple("paper-in", rowsBody, (printer, body) => printer.paperIn((body as z.infer<typeof rowsBody>).rows)),
		simple("cover-open", undefined, (printer) => printer.coverOpen()),
		simple("cover-close", undefined, (printer) => printer.coverClose()),
		simple("power-cycle", undefined, (printer) => printer.powerCycle()),
		simple("jam-cutter", undefined, (printer) => printer.jamCutter()),
		simple("tear", undefined, (printer) => printer.tear()),
		simple("reset-connection", resetBody, (printer, body) => printer.resetAfterBytes((body as z.infer<typeof resetBody>).bytes)),
	];
}

function labelPrinterActs({ labelPrinters, pile }: Reach): ControlAct[] {
	const simple = (verb: string, act: (printer: VirtualLabelPrinter) => void): ControlAct => ({
		method: "POST",
		path: `/label-printers/{id}/${verb}`,
		act: ([id]) => {
			const printer = labelPrinters.get(id ?? "");
			if (printer) act(printer);
			return printer && done;
		},
	});
	return [
		{ method: "GET", path: "/paper-labels", act: () => ({ items: pile.labels() }) },
		{ method: "GET", path: "/paper-labels/{n}.png", act: ([n]) => pile.png(Number(n)) },
		simple("paper-out", (printer) => printer.paperOut()),
		simple("paper-in", (printer) => printer.paperIn()),
		simple("head-open", (printer) => printer.headOpen()),
		simple("head-close", (printer) => printer.headClose()),
		simple("pause", (printer) => printer.pause()),
		simple("resume", (printer) => printer.resume()),
		simple("power-cycle", (printer) => printer.powerCycle()),
	];
}
