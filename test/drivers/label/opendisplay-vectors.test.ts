import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openDisplayCompany, readAdvert } from "../../../drivers/label/opendisplay/advert.ts";
import { pskIdentity, pskOf } from "../../../drivers/label/opendisplay/key.ts";
import { packPixels, unpackPixels } from "../../../drivers/label/opendisplay/pixels.ts";
import { noSettingsYet, packetsIn, readSettings, takeChunk } from "../../../drivers/label/opendisplay/settings.ts";
import { dataOf, endOf, frameOf, readReply, startCompressed, startRaw } from "../../../drivers/label/opendisplay/wire.ts";
import { unpackStream } from "../../../drivers/label/picture.ts";

const vectorFile = resolve(import.meta.dirname, "../../../../shared/vectors/esl-2-vectors.json");

interface Vector {
	id: string;
	kind: string;
	family: string;
	input: Record<string, unknown>;
	expect: Record<string, unknown>;
}
const vectors: Vector[] = existsSync(vectorFile)
	? (JSON.parse(readFileSync(vectorFile, "utf8")) as { vectors: Vector[] }).vectors.filter(({ family }) => family === "OD")
	: [];
const bytes = (hex: unknown): Uint8Array => Uint8Array.from(Buffer.from(String(hex), "hex"));
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const of = (id: string): Vector => {
	const vector = vectors.find((one) => one.id === id);
	if (!vector) throw new Error(`there is no vector ${id}`);
	return vector;
};

/** Vectors of OpenDisplay for what this driver does not do over TCP, and why. */
const notApplying: Readonly<Record<string, string>> = {
	"od-76": "partial pictures are not sent: their proof is of the rectangle, not of the whole glass",
	"od-76-nack": "the same",
	"od-80": "the pipe exists on Bluetooth only",
	"od-80-partial": "the same",
	"od-80-ack": "the same",
	"od-80-nack": "the same",
	"od-81": "the same",
	"od-81-sack": "the same",
	"od-81-sack-wrap": "the same",
	"od-81-nack": "the same",
	"od-82-etag": "the same",
	"od-73-led": "the light is not used",
	"od-73-led-inf": "the same",
	"od-83-nfc": "the NFC tag is not written",
	"od-83-nfc-chunk": "the same",
	"od-41-single": "a label's settings are read, never written",
	"od-41-chunked": "the same",
	"od-auth": "session and CCM encrypt plain links; with a key this driver speaks TLS, where frames are plain",
	"od-ccm-0": "the same",
	"od-ccm-1": "the same",
	"od-ccm-2": "the same",
	"od-ccm-3": "the same",
	"od-ccm-rsp": "the same",
	"od-ccm-bad": "the same",
	"od-72-etag": "a price is drawn in full and without an etag",
};

describe.skipIf(vectors.length === 0)("OpenDisplay by the vectors (skipped where ../shared/vectors is missing)", () => {
	const advertisements = vectors.filter(({ kind }) => kind === "advertisement");
	it.each(advertisements.map((vector) => [vector.id, vector] as const))("%s is read, or refused", (_, { input, expect: right }) => {
		expect(input["companyId"]).toBe(openDisplayCompany);
		const read = readAdvert(bytes(input["data"]));
		if ("error" in right) return expect(read).toBeUndefined();
		expect(read).toMatchObject({
			batteryMillivolts: right["batteryMv"],
			temperatureCelsius: right["temperatureC"],
			counter: right["counter"],
		});
		if ("reboot" in right) expect(read).toMatchObject({ restarted: right["reboot"], wantsConnection: right["connectionRequested"] });
	});

	const images = vectors.filter(({ kind }) => kind === "image");
	it.each(images.map((vector) => [vector.id, vector] as const))("%s packs and unpacks", (_, { input, expect: right }) => {
		const rows = (input["picture"] ?? input["levels"]) as string[];
		const panel = {
			width: rows[0]!.length,
			height: rows.length,
			scheme: Number(input["scheme"]),
			controller: Number(input["panelIc"] ?? 0),
		};
		const inks = rows.join("");
		const packed = packPixels(panel, (pixel) => inks[pixel]!);
		expect(hex(packed)).toBe(right["bytes"]);
		const codes = unpackPixels(panel, packed);
		const codeOf = new Map([...inks].map((ink, pixel) => [ink, codes[pixel]]));
		expect([...inks].map((ink) => codeOf.get(ink))).toEqual([...codes]);
		expect(new Set(codeOf.values()).size).toBe(new Set(inks).size);
	});

	it("frames, starts, pieces and ends are the vectors' bytes", () => {
		expect(hex(frameOf(bytes("0043")))).toBe(of("od-lan-fw").expect["wire"]);
		expect(hex(startRaw())).toBe(of("od-70-plain").expect["ble"]);
		expect(hex(frameOf(startRaw()))).toBe(of("od-70-plain").expect["lan"]);
		expect(hex(dataOf(bytes(of("od-71").input["data"])))).toBe(of("od-71").expect["ble"]);
		expect(hex(endOf())).toBe("007200");
		const start = bytes(of("od-70-zlib").expect["ble"]);
		expect(hex(startCompressed(8, start.subarray(6)).payload)).toBe(hex(start));
		expect(hex(unpackStream(start.subarray(6), 8))).toBe(of("od-70-zlib").input["raw"]);
		expect(unpackStream(bytes(of("od-zlib-9").expect["bytes"]), 4_736)).toEqual(
			Uint8Array.from({ length: 4_736 }, (_, at) => (at >= 1_000 && at < 1_400 ? 0 : 0xff)),
		);
	});

	it("replies say what they answer and whether a key is wanted", () => {
		const firmware = readReply(bytes(of("od-fw-rsp").input["notify"]));
		expect(firmware).toMatchObject({ is: "done", opcode: 0x43 });
		if (firmware.is === "done") expect([...firmware.data.subarray(0, 3)]).toEqual([0, 65, 40]);
		expect(readReply(bytes(of("od-authreq").input["notify"]))).toEqual({ is: "locked", opcode: 0x40 });
		expect(readReply(bytes(of("od-decfail").input["notify"]))).toEqual({ is: "locked", opcode: 0x71 });
		expect(readReply(bytes("fe40"))).toEqual({ is: "locked", opcode: 0x40 });
	});

	it("settings come in chunks, with their sum", () => {
		const { notifies } = of("od-40-read").input as { notifies: string[] };
		const [first, second] = notifies.map((frame) => bytes(frame).subarray(2));
		const held = takeChunk(noSettingsYet, first!);
		if (!("held" in held)) throw new Error("more was to come");
		const right = of("od-config").expect as { display: Record<string, number>; packets: string[] };
		expect(takeChunk(held.held, second!)).toMatchObject({
			settings: { display: { controller: 33, width: 152, height: 296, scheme: 1, modes: 25 }, sleepSeconds: 0 },
		});
		const blob = bytes(of("od-config").input["blob"]);
		expect(packetsIn(blob.slice(0, -2)).map(({ type, bytes: { length } }) => `${type.toString(16).padStart(2, "0")}:${length}`)).toEqual(
			right.packets,
		);
		blob[20]! ^= 1;
		expect(readSettings(blob)).toEqual({ fault: "sum" });
	});

	it("the TLS key is made of the master key", () => {
		expect(hex(pskOf(bytes(of("od-tls-psk").input["masterKey"])))).toBe(of("od-tls-psk").expect["psk"]);
		expect(pskIdentity).toBe(of("od-tls-psk").expect["identity"]);
	});

	it("has no vector of OpenDisplay that is neither tried above nor named as not applying", () => {
		const tried = [
			"od-lan-fw",
			"od-70-plain",
			"od-71",
			"od-70-zlib",
			"od-zlib-9",
			"od-zlib-15-bad",
			"od-fw-rsp",
			"od-authreq",
			"od-decfail",
		].concat(
			"od-40-read",
			"od-config",
			"od-tls-psk",
			[...advertisements, ...images].map(({ id }) => id),
		);
		expect(vectors.map(({ id }) => id).filter((id) => !tried.includes(id) && !(id in notApplying))).toEqual([]);
	});
});
