import { startDrawing } from "../../faces/drawing/pool.ts";
import { type Floor, type FloorDevice, startFloor } from "../../floor/floor.ts";
import type { LabelTenderOptions } from "../../floor/labels/tending.ts";
import { defined } from "../../words/defined.ts";
import type { Opening } from "./opening.ts";

/** Starts the workers that draw labels, and a tender for every configured device. */
export function openFloor({ config, ledger, log, parts }: Opening, labelShowing: LabelTenderOptions["showing"]): Floor {
	const drawing = startDrawing({ workers: config.faces.workers, ...defined({ folder: config.faces.directory }) });
	parts.add(() => drawing.stop());
	const devices = config.devices.map((device) =>
		device.family === "label"
			? { ...device, pendingMinutes: config.alarms.labelPendingMinutes, ...defined({ showing: labelShowing }) }
			: device,
	) as FloorDevice[];
	const coldChain = config.coldChain.map((sensor) => defined(sensor));
	const floor = startFloor({ ledger, devices, shelves: config.shelves, coldChain, drawing, log });
	parts.add(() => floor.stop());
	return floor;
}
