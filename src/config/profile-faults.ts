/** Settings that a device with a firmware's profile may not have, because the profile decides them and they would be ignored. */
import type { ProfileName } from "../broker/profiles/names.ts";
import type { Config } from "./schema.ts";

export interface ProfileFault {
	setting: string;
	sentence: string;
}

type Profiled = Extract<Config["devices"][number], { protocol: "mqtt" }> & { profile: ProfileName };

const isProfiled = (device: Config["devices"][number]): device is Profiled => device.protocol === "mqtt" && device.profile !== undefined;

const examples: Readonly<Record<ProfileName, string>> = {
	...{ tasmota: "shelf-3", esphome: "shelf-4", zigbee2mqtt: "zigbee2mqtt", shelly: "shellyplusht-b0b21c112233" },
	...{ "ha-discovery": "shelf/7", "zebra-rfid": "zebra", sparkplug: "store1/edge1" },
};

/** Of the device at this place of the list; nothing for one without a profile. */
export function profileFaults(devices: Config["devices"], at: number): ProfileFault[] {
	const device = devices[at]!;
	if (!isProfiled(device)) return faultsWithout(device);
	const { id, family, profile, topic } = device;
	const wrong: ProfileFault[] = [];
	const say = (setting: string, sentence: string) => void wrong.push({ setting, sentence });
	const settings: Record<string, unknown> = { ...device };
	for (const setting of ["path", "settled", "presence", "unit"]) {
		const isUsual = settings[setting] === undefined || (setting === "unit" && settings[setting] === "g");
		if (!isUsual) say(setting, `${id} has a profile, which knows its ${setting}; leave ${setting} out, or leave the profile out.`);
	}
	if (topic !== undefined && !isBase(profile, topic))
		say("topic", `${id}: with a profile, topic is the firmware's base topic, such as ${examples[profile]}, not ${topic}.`);
	const isReader = profile === "zebra-rfid" || profile === "shelly";
	if (family === "scanner" && profile !== "zebra-rfid")
		say("profile", `${id}: scans come from the profile zebra-rfid only; map the scanner's own topic, or make it a sensor.`);
	if (family === "scale" && isReader) say("profile", `${id}: nothing with the profile ${profile} weighs; leave family out.`);
	const twin = devices
		.slice(0, at)
		.filter(isProfiled)
		.find((one) => one.family === family && keyOf(one) === keyOf(device));
	if (twin) say("profile", `${id} and ${twin.id} are the same sensor of one board; give each a sensor of its own.`);
	return wrong;
}

function faultsWithout(device: Config["devices"][number]): ProfileFault[] {
	if (!("sensor" in device) || device.sensor === undefined) return [];
	return [{ setting: "sensor", sentence: `${device.id} has a sensor but no profile; name the firmware's profile, or the value's path.` }];
}

function isBase(profile: ProfileName, topic: string): boolean {
	if (profile === "tasmota" && /^(tele|stat|cmnd)\/|\/(SENSOR|LWT)$/.test(topic)) return false;
	if (profile === "sparkplug") return /^(\+|[^+#/]+)\/[^+#/]+$/.test(topic);
	return !/[+#\0]/.test(topic) && !/^(gondola(\/|$)|\$|\/)|\/$/.test(topic);
}

const keyOf = (device: Profiled): string =>
	JSON.stringify([device.profile, device.topic ?? device.id, "sensor" in device ? device.sensor : ""]);
