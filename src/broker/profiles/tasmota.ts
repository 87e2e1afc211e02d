/**
 * Tasmota: `tele/{topic}/LWT`, `tele/{topic}/SENSOR`, `stat/{topic}/RESULT`; some devices put the topic first. Its HX711 reports
 * kilograms, its thermometers the unit in `TempUnit`, its clock local time without a zone, which is ignored.
 */
import { type Fields, isFields, jsonOf, malformed, type Profile, presence, type Reported } from "./profile.ts";
import { measured } from "./quantities.ts";

const prefixes = ["tele", "stat"] as const;

export function tasmota(base: string): Profile {
	const own = (prefix: string): string[] => [`${prefix}/${base}/#`, `${base}/${prefix}/#`];
	const ofTopic = new Map(
		prefixes.flatMap((prefix) => [
			[`${prefix}/${base}`, prefix],
			[`${base}/${prefix}`, prefix],
		]),
	);
	return {
		publish: [...prefixes.flatMap(own), "tasmota/discovery/#"],
		subscribe: [...own("cmnd"), "cmnd/tasmotas/#"],
		read(topic, payload) {
			const slash = topic.lastIndexOf("/");
			const what = ofTopic.has(topic.slice(0, slash)) ? topic.slice(slash + 1) : "";
			if (what === "LWT") return presence(payload);
			if (!/^(SENSOR|STATE|RESULT|STATUS(8|10|11)?)$/.test(what)) return [];
			const said = jsonOf(payload);
			if (!isFields(said)) return malformed("profile-json");
			const inner = said["StatusSNS"] ?? said["StatusSTS"];
			return readFields(isFields(inner) ? inner : said);
		},
	};
}

function readFields(said: Fields): Reported[] {
	const found: Reported[] = [];
	const unit = said["TempUnit"] === "F" ? "F" : "C";
	const add = (reading: ReturnType<typeof measured>): void => void (reading && found.push({ kind: "reading", ...reading }));
	for (const [name, value] of Object.entries(said)) {
		if (!isFields(value)) continue;
		if (name === "Wifi") add(measured(name, "signal", value["Signal"]));
		add(measured(name, "mass", value["Weight"], "kg"));
		add(measured(name, "temperature", value["Temperature"], unit));
		add(measured(`${name}/humidity`, "humidity", value["Humidity"]));
		const action = value["Action"];
		if (/^Button\d+$/.test(name) && typeof action === "string" && action !== "")
			found.push({ kind: "reading", sensor: name, quantity: "button", unit: null, value: action.toLowerCase(), at: null });
	}
	return found;
}
