/**
 * Shelly of generation 2 and later: `{prefix}/online` says true or false, `{prefix}/events/rpc` what changed,
 * `{prefix}/status/{component}` what a component says now. Battery models come, say everything and leave.
 */
import { type Fields, instantIn, isFields, jsonOf, malformed, type Profile, presence, type Reported } from "./profile.ts";
import { measured } from "./quantities.ts";

const presses: Readonly<Record<string, string>> = {
	single_push: "single",
	double_push: "double",
	triple_push: "triple",
	long_push: "long",
};

export function shelly(prefix: string): Profile {
	return {
		publish: [`${prefix}/#`],
		subscribe: [`${prefix}/rpc`, `${prefix}/command/#`, `${prefix}/rpc/#`, "shellies/command"],
		read(topic, payload) {
			const rest = topic.startsWith(`${prefix}/`) ? topic.slice(prefix.length + 1) : "";
			if (rest === "online") return presence(payload);
			const isStatus = rest.startsWith("status/");
			if (rest !== "events/rpc" && !isStatus) return [];
			const said = jsonOf(payload);
			if (!isFields(said)) return malformed("profile-json");
			if (isStatus) return readComponent(rest.slice("status/".length), said, null);
			const params = said["params"];
			if (!isFields(params)) return [];
			if (said["method"] === "NotifyEvent") return readEvents(params["events"]);
			const at = instantIn(params["ts"]);
			return Object.entries(params).flatMap(([name, value]) => (isFields(value) ? readComponent(name, value, at) : []));
		},
	};
}

function readComponent(name: string, value: Fields, at: string | null): Reported[] {
	const battery = isFields(value["battery"]) ? value["battery"]["percent"] : undefined;
	const readings = [
		measured(name, "temperature", value["tC"], "C", at),
		measured(name, "humidity", value["rh"], "%", at),
		measured(name, "battery", battery, "%", at),
		name === "wifi" ? measured(name, "signal", value["rssi"], undefined, at) : undefined,
	];
	return readings.flatMap((reading) => (reading ? [{ kind: "reading" as const, ...reading }] : []));
}

function readEvents(events: unknown): Reported[] {
	if (!Array.isArray(events)) return [];
	return events.filter(isFields).flatMap(({ component, event, ts }): Reported[] => {
		const value = typeof event === "string" ? presses[event] : undefined;
		if (typeof component !== "string" || value === undefined) return [];
		return [{ kind: "reading", sensor: component, quantity: "button", unit: null, value, at: instantIn(ts) }];
	});
}
