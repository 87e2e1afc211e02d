/** The door to the shop floor: runs the drivers that the configuration names, each with its tender. */
import type { FiscalOptions } from "../../drivers/fiscal/options.ts";
import type { LabelPrinterOptions, PrinterOptions } from "../../drivers/printer/options.ts";
import type { ScaleOptions } from "../../drivers/scale/options.ts";
import type { ScannerOptions } from "../../drivers/scanner/options.ts";
import type { StoreLedger } from "../flows/flows.ts";
import type { ColdSensor } from "../words/cold-chain/sensor.ts";
import type { FiscalRules } from "../words/tills/fiscal.ts";
import { tendFiscal } from "./fiscal.ts";
import { tendLabelPrinter } from "./labels/label-printers.ts";
import { tendLabels } from "./labels/labels.ts";
import { type OpenDisplayOptions, tendOpenDisplay } from "./labels/opendisplay/tender.ts";
import type { Drawing, LabelTenderOptions } from "./labels/tending.ts";
import { addressOf, familyOf, type MqttDevice, type MqttDevices, watchMqttDevices } from "./mqtt/devices.ts";
import { type KeptReadings, keepReadings } from "./mqtt/kept-readings.ts";
import { createSensors, type Sensors } from "./mqtt/sensors.ts";
import { tendOrders } from "./orders.ts";
import { tendPrices } from "./prices.ts";
import { tendPrinter } from "./printers.ts";
import { startReceiptDrawing } from "./receipt-drawing.ts";
import { type ModbusLines, tendScale } from "./scales.ts";
import { tendScanModes } from "./scan-modes.ts";
import { tendScanner } from "./scanners.ts";
import { type ShelfPlan, type Shelves, tendShelves } from "./shelves.ts";
import type { Log, Tender } from "./tender.ts";

export type FloorDevice =
	| MqttDevice
	| (ScannerOptions & { family: "scanner" })
	| (ScaleOptions & { family: "scale" })
	| (PrinterOptions & { family: "printer" })
	| FiscalOptions
	| (LabelPrinterOptions & { family: "printer"; protocol: "zpl" })
	| (LabelTenderOptions & { family: "label"; protocol: "oepl" })
	| (OpenDisplayOptions & { family: "label"; protocol: "opendisplay" });

export interface Floor {
	shelves: Shelves;
	mqtt: MqttDevices;
	sensors: Sensors;
	keptReadings: KeptReadings;
	tender(id: string): Tender | undefined;
	/** The ports that the labels' base stations reach, when the configuration asked for any free ones. */
	labelPorts(): { udpPort: number; getdataPort: number } | undefined;
	stop(): Promise<void>;
}

export function startFloor(options: {
	ledger: StoreLedger;
	devices: readonly FloorDevice[];
	shelves: readonly ShelfPlan[];
	coldChain?: readonly ColdSensor[];
	drawing: Drawing;
	log: Log;
}): Floor {
	const { ledger, devices, drawing, log } = options;
	const complain = (error: Error): void => log.error({ error: error.message }, "the device list could not be recorded");
	ledger.do("keepDevices", { ids: devices.map((device) => device.id) }).catch(complain);
	ledger.do("keepFiscal", fiscalRulesOf(devices)).catch(complain);
	const shelves = tendShelves(ledger, options.shelves, log);
	const mqttDevices = devices.filter((device) => device.protocol === "mqtt");
	const mqtt = watchMqttDevices(ledger, mqttDevices, log);
	const keptReadings = keepReadings(ledger, options.coldChain ?? [], mqttDevices, log);
	const prices = tendPrices(ledger, log);
	const orders = tendOrders(ledger, log);
	const modes = tendScanModes(ledger, log);
	const receipts = startReceiptDrawing();
	const tenders = new Map<string, Tender>();
	const lines: ModbusLines = new Map();
	let labels: ReturnType<typeof tendLabels> | undefined;
	const byAddress = new Set(
		devices.flatMap((device) => (device.protocol === "opendisplay" ? device.labels.map(({ label }) => label) : [])),
	);
	for (const device of devices) {
		if (device.protocol === "mqtt") {
			ledger
				.do("recordDevice", {
					id: device.id,
					family: familyOf(device),
					protocol: "mqtt",
					address: addressOf(device),
					state: "starting",
				})
				.catch(complain);
			continue;
		}
		if (device.protocol === "zpl") tenders.set(device.id, tendLabelPrinter(ledger, device, drawing, log));
		else if (device.protocol === "opendisplay") tenders.set(device.id, tendOpenDisplay(ledger, device, drawing, log));
		else if (device.family === "label") {
			labels = tendLabels(ledger, { ...device, isElsewhere: (label) => byAddress.has(label) }, drawing, log);
			tenders.set(device.id, labels);
		} else if (device.family === "fiscal") tenders.set(device.id, tendFiscal(ledger, device, log));
		else if (device.family === "printer") tenders.set(device.id, tendPrinter(ledger, device as PrinterOptions, receipts.draw, log));
		else if (device.family === "scale") tenders.set(device.id, tendScale(ledger, device as ScaleOptions, shelves, lines, log));
		else tenders.set(device.id, tendScanner(ledger, device as ScannerOptions, log));
	}
	return {
		shelves,
		mqtt,
		sensors: createSensors(() => ledger.now().wall),
		keptReadings,
		tender: (id) => tenders.get(id),
		labelPorts: () => labels && { udpPort: labels.udpPort(), getdataPort: labels.getdataPort() },
		async stop() {
			mqtt.stop();
			keptReadings.stop();
			modes.stop();
			shelves.stop();
			await Promise.all([prices.stop(), orders.stop(), ...[...tenders.values()].map((tender) => tender.stop())]);
			await receipts.stop();
		},
	};
}

function fiscalRulesOf(devices: readonly FloorDevice[]): { rules?: FiscalRules } {
	const device = devices.find((each) => each.family === "fiscal");
	return device ? { rules: { device: device.id, waitSeconds: device.waitSeconds, offlineHours: device.offlineHours } } : {};
}
