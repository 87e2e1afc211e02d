import { readSecretFile } from "../../access/secret-file.ts";
import type { Config } from "../../config/schema.ts";
import { startDrawing } from "../../faces/drawing/pool.ts";
import { type Floor, type FloorDevice, startFloor } from "../../floor/floor.ts";
import type { LabelTenderOptions } from "../../floor/labels/tending.ts";
import { defined } from "../../words/defined.ts";
import type { Opening } from "./opening.ts";

/** Starts the workers that draw labels, and a tender for every configured device. */
export function openFloor({ config, ledger, log, parts }: Opening, labelShowing: LabelTenderOptions["showing"]): Floor {
	const drawing = startDrawing({ workers: config.faces.workers, ...defined({ folder: config.faces.directory }) });
	parts.add(() => drawing.stop());
	const pendingMinutes = config.alarms.labelPendingMinutes;
	const devices = config.devices.map((device) => {
		if (device.family !== "label") return device;
		if (device.protocol === "opendisplay") return { ...device, pendingMinutes, labels: device.labels.map(withKey) };
		return { ...device, pendingMinutes, ...defined({ showing: labelShowing }) };
	}) as FloorDevice[];
	const coldChain = config.coldChain.map((sensor) => defined(sensor));
	const floor = startFloor({ ledger, devices, shelves: config.shelves, coldChain, drawing, log });
	parts.add(() => floor.stop());
	return floor;
}

type LabelAddress = Extract<Config["devices"][number], { protocol: "opendisplay" }>["labels"][number];

/** Throws when the key's file is missing, readable by others, or holds no key. */
function withKey({ keyFile, ...address }: LabelAddress) {
	if (keyFile === undefined) return address;
	const text = readSecretFile(keyFile).trim();
	if (!/^[0-9A-Fa-f]{32}$/.test(text)) throw new Error(`${keyFile} does not hold the key of label ${address.label}: 32 hex digits.`);
	return { ...address, masterKey: Uint8Array.from(Buffer.from(text, "hex")) };
}
