import type { Alarm, DeviceStatus } from "../../words/alarm.ts";
import type { LabelStatus } from "../../words/label.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { ago, json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { read, say, type Verb } from "../verb/verb.ts";

/** A verb that prints one list, following `next` to its end. */
function listing<T>(options: {
	name: string;
	summary: string;
	path: string;
	head: string[];
	row: (item: T) => string[];
	none: string;
}): Verb {
	const usage = `gondola ${options.name}: ${options.summary}\n\n${deskUsage}`;
	return {
		summary: options.summary,
		usage,
		async run(args) {
			const given = read(args, usage, deskOptions);
			if (typeof given === "number") return given;
			const { url, token } = given.values;
			const base = await deskUrl(url);
			const items = await everyItem<T>(options.path, (path) => ask(base, path, { token }));
			if (given.values.json) return json({ items });
			say(items.length === 0 ? options.none : table(options.head, items.map(options.row)));
			return 0;
		},
	};
}

export const devices = listing<DeviceStatus>({
	name: "devices",
	summary: "every device, how it is, and since when",
	path: "/api/v1/devices",
	none: "no devices are configured",
	head: ["device", "family", "protocol", "at", "state", "since", "trouble"],
	row: (device) => [device.id, device.family, device.protocol, device.address, device.state, ago(device.since), device.trouble ?? ""],
});

export const labels = listing<LabelStatus>({
	name: "labels",
	summary: "every label: what it should show and what it says it shows",
	path: "/api/v1/labels",
	none: "no label has checked in or been bound",
	head: ["label", "sku", "state", "desired", "shown", "since", "article"],
	row: (label) => [
		label.id,
		label.sku ?? "–",
		label.state,
		String(label.desired?.version ?? "–"),
		String(label.confirmed?.version ?? "–"),
		ago(label.confirmed?.at ?? null),
		label.name ?? "",
	],
});

export const alarms = listing<Alarm>({
	name: "alarms",
	summary: "what is wrong now, and what to do",
	path: "/api/v1/alarms",
	none: "no alarms",
	head: ["level", "about", "since", "what is wrong, and what to do"],
	row: (alarm) => [alarm.level, alarm.subject, ago(alarm.since), `${alarm.what} ${alarm.do}`],
});
