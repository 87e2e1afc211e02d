/** Firmwares whose topics and payloads are known, as `devices[].profile` names them, and the base topic each has unless told otherwise. */
export const profileNames = ["tasmota", "esphome", "zigbee2mqtt", "shelly", "ha-discovery", "zebra-rfid", "sparkplug"] as const;

export type ProfileName = (typeof profileNames)[number];

/** A device of the configuration with a profile. */
export interface ProfiledDevice {
	id: string;
	family: "scale" | "scanner" | "sensor";
	profile: ProfileName;
	/** The firmware's base topic; left out: see `baseOf`. */
	base?: string;
	/** Which of its sensors the scale or scanner is; left out: the only one of its kind. */
	sensor?: string;
}

/** Sparkplug: group and edge node. */
export function baseOf({ id, profile, base }: Pick<ProfiledDevice, "id" | "profile" | "base">): string {
	if (base !== undefined) return base;
	return profile === "zigbee2mqtt" ? "zigbee2mqtt" : profile === "sparkplug" ? `+/${id}` : id;
}
