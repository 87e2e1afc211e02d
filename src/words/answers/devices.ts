import type { DeviceStatus } from "../alarm.ts";

/** A device, with the sentences of its trouble. */
export interface DeviceWithRemedy extends DeviceStatus {
	remedy: { what: string; do: string } | null;
}

/** The outcome of a device that was asked to show that it works. */
export interface DeviceTest {
	ok: boolean;
	what: string;
	do?: string;
	/** The print job of a printer's test slip. */
	job?: string;
}

/** Recorded traffic of a device's port. */
export interface DeviceTrace {
	items: { n: number; direction: "sent" | "received"; hex: string }[];
	/** For `after` of the next question. */
	next: number;
	/** Pieces that were dropped because nobody asked in time. */
	lost: number;
}
