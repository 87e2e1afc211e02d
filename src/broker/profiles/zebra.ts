/**
 * Zebra's RFID readers, hand-held (RFD40, RFD90) and fixed (FX, ATR): many tags a message, in an array, in `data.tagData[]`, or one in
 * `data`. Which keys a tag has depends on the operating mode, so that the usual spellings are all read. Barcodes come in
 * `data.barcodeData[]`.
 */
import { defined } from "../../words/defined.ts";
import { type Fields, instantIn, isFields, jsonOf, malformed, numberIn, type Profile, presenceOf, type Reported } from "./profile.ts";

const epcKeys = ["idHex", "epc", "epcHex", "EPC", "tagId", "id"] as const;
const tagsAMessage = 5_000;

export function zebra(base: string): Profile {
	return {
		publish: [`${base}/#`],
		subscribe: [`${base}/#`],
		read(topic, payload) {
			if (/(connection|status|state|lwt|will)$/i.test(topic)) {
				const isOnline = presenceOf(payload.toString("utf8"));
				if (isOnline !== undefined) return [{ kind: "presence", isOnline }];
			}
			const said = jsonOf(payload);
			if (said === undefined) return payload.length === 0 ? [] : malformed("profile-json");
			const all = Array.isArray(said) ? said : [said];
			return all.filter(isFields).flatMap(readEnvelope).slice(0, tagsAMessage);
		},
	};
}

function readEnvelope(envelope: Fields): Reported[] {
	const at = instantIn(envelope["timestamp"]);
	const data = envelope["data"];
	if (Array.isArray(data)) return data.filter(isFields).flatMap((tag) => readTag(tag, at));
	if (!isFields(data)) return readTag(envelope, at);
	const tags = Array.isArray(data["tagData"]) ? data["tagData"].filter(isFields) : [];
	const barcodes = Array.isArray(data["barcodeData"]) ? data["barcodeData"].filter(isFields) : [];
	if (tags.length + barcodes.length === 0) return readTag(data, at);
	return [...tags.flatMap((tag) => readTag(tag, at)), ...barcodes.flatMap((barcode) => readBarcode(barcode, at))];
}

function readTag(tag: Fields, at: string | null): Reported[] {
	const epc = epcKeys.map((key) => tag[key]).find((value) => typeof value === "string" && /^([0-9a-f]{2}){4,32}$/i.test(value)) as
		| string
		| undefined;
	if (epc === undefined) return [];
	const value = epc.toUpperCase();
	const antenna = numberIn(tag["antenna"]);
	const eventNum = numberIn(tag["eventNum"]);
	const when = instantIn(tag["timestamp"]) ?? at;
	const sensor = antenna === undefined ? "tags" : `antenna-${antenna}`;
	// A reader's events are numbered; the same number at another time is another reading.
	const id = eventNum === undefined ? undefined : `${value}-${eventNum}-${when ?? ""}`;
	return [{ kind: "reading", sensor, quantity: "tag", unit: null, value, at: when, ...defined({ id }) }];
}

function readBarcode(barcode: Fields, at: string | null): Reported[] {
	const code = barcode["decodedBarcode"];
	const eventNum = numberIn(barcode["eventNum"]);
	if (typeof code !== "string" || code === "") return [];
	const id = eventNum === undefined ? undefined : `${eventNum}-${at ?? ""}`;
	return [{ kind: "reading", sensor: "barcodes", quantity: "barcode", unit: null, value: code, at, ...defined({ id }) }];
}
