import type { Instant } from "./time.ts";

/** RED: customers or the law are affected at the moment. YELLOW: they will be, unless a person acts. BLUE: for information. */
export type AlarmLevel = "RED" | "YELLOW" | "BLUE";

export interface Alarm {
	/** `code:subject`, so that the same trouble of the same device is one alarm. */
	id: string;
	level: AlarmLevel;
	code: string;
	/** The device, label or room that the alarm is about. */
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
	family: "scanner" | "scale" | "printer" | "label" | "fiscal" | "mqtt";
	protocol: string;
	address: string;
	state: "starting" | "well" | "troubled" | "offline";
	trouble: string | null;
	since: Instant;
	lastHeardAt: Instant | null;
	detail: Record<string, string | number | boolean | null>;
}
