import { defined } from "./defined.ts";
/**
 * The longest code, in characters: from the scanner through broker and ledger to head office. 7089 digits are the most that any
 * symbol holds (QR version 40).
 */
export const longestCode = 8_192;

export interface Scan {
	device: string;
	code: string;
	aim?: string;
	symbology?: string;
	symbologySource: "aim" | "driver" | "guess";
	/** The device's own id for this message, when it gives one. */
	sourceId?: string;
	/** Where on the network the device is; scanners on a cable have none. */
	address?: string;
	/** The bytes as they came, base64, where the text in UTF-8 is not the same bytes. */
	raw?: string;
}

/** A scan over MQTT. It has its AIM identifier or none. */
export type DeviceScan = Omit<Scan, "symbology" | "symbologySource" | "raw">;

/** Scans that an older build packed have no address. */
type Packed = [device: string, code: string, aim: string | null, sourceId: string | null, address?: string];

/** Packs scans into one text, to hand them to another thread and to keep them on disk until they are read. */
export const packScans = (scans: readonly DeviceScan[]): string =>
	JSON.stringify(
		scans.map(({ device, code, aim, sourceId, address }): Packed => {
			const packed = [device, code, aim ?? null, sourceId ?? null] as const;
			return address === undefined ? [...packed] : [...packed, address];
		}),
	);

/** Unpacks a text of `packScans`. */
export const unpackScans = (packed: string): Scan[] =>
	(JSON.parse(packed) as Packed[]).map(([device, code, aim, sourceId, address]) => ({
		device,
		code,
		symbologySource: aim === null ? "guess" : "aim",
		...defined({ aim: aim ?? undefined, sourceId: sourceId ?? undefined, address }),
	}));
