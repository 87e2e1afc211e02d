/** Labels in the configuration: which schema a protocol means, and what no schema of one group can see. */
import type { z } from "zod";
import { labelOptions, openDisplayOptions } from "../../../drivers/label/options.ts";
import { nearest } from "../nearest.ts";

/** The schema of labels that speak this protocol, or a sentence where nothing here does. */
export function labelSchemaFor(protocol: unknown): z.ZodType | string {
	if (protocol === "oepl") return labelOptions;
	if (protocol === "opendisplay") return openDisplayOptions;
	const near = typeof protocol === "string" ? nearest(protocol, ["oepl", "opendisplay"]) : undefined;
	const said = protocol === undefined ? "" : `, not ${JSON.stringify(protocol)}${near ? `; did you mean "${near}"?` : ""}`;
	return `must have a protocol: oepl or opendisplay${said}`;
}

type OpenDisplayDevice = z.output<typeof openDisplayOptions>;
const isOpenDisplay = (device: object): device is OpenDisplayDevice => "protocol" in device && device.protocol === "opendisplay";

/** The key files of labels, each with its place in the configuration. */
export function labelKeyFiles(devices: readonly object[]): { path: (string | number)[]; file: string }[] {
	return devices.flatMap((device, at) =>
		isOpenDisplay(device)
			? device.labels.flatMap(({ keyFile }, n) =>
					keyFile === undefined ? [] : [{ path: ["devices", at, "labels", n, "keyFile"], file: keyFile }],
				)
			: [],
	);
}

/** A label that is named twice, or two labels at one address: a label obeys one client. */
export function openDisplayFaults(devices: readonly object[]): { path: (string | number)[]; sentence: string }[] {
	const numbers = new Set<string>();
	const places = new Map<string, string>();
	return devices.flatMap((device, at) => {
		if (!isOpenDisplay(device)) return [];
		return device.labels.flatMap(({ label, host, port }, n) => {
			const path = ["devices", at, "labels", n];
			const place = `${host.toLowerCase()}:${port}`;
			const other = places.get(place);
			const isTwice = numbers.has(label);
			numbers.add(label);
			places.set(place, label);
			if (isTwice) return [{ path, sentence: `label ${label} is named twice; a label obeys one connection.` }];
			return other === undefined ? [] : [{ path, sentence: `label ${label} has the address of label ${other}, ${place}.` }];
		});
	});
}
