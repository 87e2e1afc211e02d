import type { Instant } from "./time.ts";

/** SHOWN: the label itself reported the desired picture. STALE: pending for longer than the store allows, or out of contact. FAILED: no picture can be made. */
export type LabelState = "SHOWN" | "PENDING" | "STALE" | "FAILED" | "UNBOUND";

export interface LabelStep {
	version: number;
	at: Instant;
}

export interface LabelStatus {
	id: string;
	sku: string | null;
	name: string | null;
	face: string | null;
	model: string | null;
	hwType: number | null;
	firmware: number | null;
	desired: LabelStep | null;
	sent: LabelStep | null;
	confirmed: LabelStep | null;
	state: LabelState;
	/** Code of the trouble that stands in the way, if one does. */
	trouble: string | null;
	batteryMillivolts: number | null;
	rssi: number | null;
	temperatureCelsius: number | null;
	lastCheckInAt: Instant | null;
	accessPoint: string | null;
}

/** Everything a face may show; drawing needs nothing else. Same fields, same face, same model: the same picture to the byte. */
export interface FaceFields {
	sku: string;
	gtin?: string;
	name: string;
	brand?: string;
	netContent?: string;
	kind: "regular" | "promotion" | "clearance";
	amountMinor: number;
	currency: string;
	unitPrice?: { amountMinor: number; per: string };
	priorAmountMinor?: number;
	until?: Instant;
	weighed?: boolean;
	depositMinor?: number;
	locale: string;
}
