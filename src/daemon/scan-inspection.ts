/** How the broker checks each scan that comes over MQTT: like the drivers check scans from a cable. */
import { splitAim } from "../../drivers/scanner/aim.ts";
import { hasForbiddenCharacter, withoutLineEnd } from "../../drivers/scanner/characters.ts";
import { readingOf } from "../../drivers/scanner/options.ts";
import { isPaymentCard, maskCard } from "../../drivers/scanner/payment-card.ts";
import type { InspectedScan } from "../broker/routing/publish-pipeline.ts";
import type { Config } from "../config/schema.ts";
import type { ScanReading } from "../flows/scan-reading.ts";
import { defined } from "../words/defined.ts";

/** Refuses payment cards and characters that no code has; splits off an AIM identifier that stands before the data. */
export function inspectScan(code: string, aim: string | undefined): InspectedScan {
	const split = aim === undefined ? splitAim(code) : { aim, data: code };
	const data = withoutLineEnd(split.data);
	if (isPaymentCard(data, split.aim)) return { refused: "payment-card", shown: maskCard(data) };
	if (hasForbiddenCharacter(data)) return { refused: "control-characters", shown: data };
	if (data === "") return { refused: "scan-empty", shown: "" };
	return { code: data, ...defined({ aim: split.aim }) };
}

/** The settings for reading codes: the store's, and those of scanners that have their own. */
export function scanReadingOf(config: Config): ScanReading {
	const devices: ScanReading["devices"] = {};
	for (const device of config.devices) {
		if (device.family !== "scanner") continue;
		const own = readingOf(device);
		if (Object.keys(own).length > 0) devices[device.id] = own;
	}
	const modes: NonNullable<ScanReading["modes"]> = {};
	for (const device of config.devices) {
		if (device.family !== "scanner") continue;
		const { id, mode, modes: allowed, modeSeconds: seconds } = device;
		if (mode !== "lookup" || allowed.length > 0) modes[id] = { mode, modes: allowed, seconds };
	}
	return { modes, store: { checkVariableMeasure: false, ...readingOf(config.scanning) }, devices };
}
