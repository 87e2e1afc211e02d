import type { Instant } from "./time.ts";

/** RED: customers or the law are affected now. YELLOW: will be, if nobody acts. BLUE: worth knowing. */
export type AlarmLevel = "RED" | "YELLOW" | "BLUE";

export interface Alarm {
	/** `code:subject`, so that the same trouble of the same device is one alarm. */
	id: string;
	level: AlarmLevel;
	code: string;
	/** Device, label or room it is about. */
	subject: string;
	what: string;
	do: string;
	healsByItself: boolean;
	since: Instant;
	count: number;
	acknowledgedAt: Instant | null;
}

export interface DeviceStatus {
	id: string;
	family: "scanner" | "scale" | "printer" | "label" | "mqtt";
	protocol: string;
	address: string;
	state: "starting" | "well" | "troubled" | "offline";
	trouble: string | null;
	since: Instant;
	lastHeardAt: Instant | null;
	detail: Record<string, string | number | boolean | null>;
}
