import { describe, expect, it } from "vitest";
import { type LabelModel, labelModel, labelModels } from "../../../drivers/label/models.ts";
import { packPicture, unpackPicture } from "../../../drivers/label/picture.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The 16 x 8 label of the manual's worked examples: column 0 black, the rest of row 0 red. */
function virtual(rotateBuffer: 0 | 1 | 2 | 3, zlibFromFirmware?: number): LabelModel {
	const model: LabelModel = { hwType: 0xff, name: "virtual", width: 16, height: 8, rotateBuffer, colours: ["white", "black", "red"] };
	return zlibFromFirmware === undefined ? model : { ...model, zlibFromFirmware };
}

function workedExample(): Uint8Array {
	const indexes = new Uint8Array(16 * 8);
	indexes.fill(2, 0, 16);
	for (let y = 0; y < 8; y++) indexes[y * 16] = 1;
	return indexes;
}

describe("a picture of a label", () => {
	// Written from the protocol's rules, not recorded.
	const planes = {
		0: ["80008000800080008000800080008000", "7fff0000000000000000000000000000"],
		1: ["000000000000000000000000000000ff", "80808080808080808080808080808000"],
		2: ["00010001000100010001000100010001", "0000000000000000000000000000fffe"],
		3: ["ff000000000000000000000000000000", "00010101010101010101010101010101"],
	} as const;

	it.each([0, 1, 2, 3] as const)("is turned the way panel r%i scans it", (rotation) => {
		const packed = packPicture(workedExample(), virtual(rotation), 0);
		expect(packed.dataType).toBe(0x21);
		expect(hex(packed.bytes)).toBe(planes[rotation].join(""));
		expect(unpackPicture(packed.dataType, packed.bytes, virtual(rotation))).toEqual(workedExample());
	});

	it("has one plane when nothing on it is coloured", () => {
		const white = packPicture(new Uint8Array(296 * 128), labelModel(0x01)!, 0x29);
		expect(white.dataType).toBe(0x20);
		expect(white.bytes.length).toBe(4736);
		expect(hex(white.md5)).toBe("f129d94266679c5959824dfc5111a476");
		expect(white.version).toBe("599C676642D929F1");
	});

	it("is read from zlib as the firmware writes it", () => {
		const file = Buffer.from("2600000048c763e360106060624005ff1b50010300591308a0", "hex");
		expect(unpackPicture(0x30, file, virtual(1, 0x27))).toEqual(workedExample());
	});

	it("is zipped only where that is shorter and the firmware can unpack it", () => {
		const example = packPicture(workedExample(), virtual(1, 0x27), 0x27);
		expect(example.dataType).toBe(0x30);
		expect(hex(example.bytes)).toBe("2600000048c763e360106060624005ff1b50010300591308a0");
		expect(hex(example.md5)).toBe("7f84790f53682af190d619ea2611eb2e");
		expect(example.version).toBe("F12A68530F79847F");

		expect(packPicture(workedExample(), virtual(1, 0x27), 0x26).dataType).toBe(0x21);

		const noise = new Uint8Array(16 * 8);
		for (let i = 0, seed = 7; i < noise.length; i++) noise[i] = ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16) & 1;
		expect(packPicture(noise, virtual(0, 0x27), 0x27).dataType).toBe(0x20);
	});

	it("comes back as it was, on every model we support", () => {
		for (const model of labelModels()) {
			const indexes = Uint8Array.from({ length: model.width * model.height }, (_, i) => ((i * 7919) >> 5) % model.colours.length);
			for (const firmware of [0, 0x29]) {
				const packed = packPicture(indexes, model, firmware);
				expect(unpackPicture(packed.dataType, packed.bytes, model), model.name).toEqual(indexes);
			}
		}
	});

	it("is refused when it is not one of this label", () => {
		const model = virtual(0, 0x27);
		const packed = packPicture(workedExample(), model, 0x27);
		expect(() => packPicture(new Uint8Array(5), model, 0)).toThrow(RangeError);
		expect(() => packPicture(new Uint8Array(128).fill(3), model, 0)).toThrow(/no colour 3/);
		expect(() => unpackPicture(0x30, packed.bytes.subarray(0, packed.bytes.length - 6), model)).toThrow(RangeError);
		expect(() => unpackPicture(0x30, packed.bytes, { ...model, width: 24 })).toThrow(RangeError);
		expect(() => unpackPicture(0x30, new Uint8Array(2), model)).toThrow(RangeError);
		expect(() => unpackPicture(0x21, new Uint8Array(15), model)).toThrow(RangeError);
		expect(() => unpackPicture(0x31, packed.bytes, model)).toThrow(RangeError);
	});
});

describe("a label model", () => {
	it("is known by the hardware type of its check-in", () => {
		expect(labelModel(0x33)).toMatchObject({ width: 384, height: 168, rotateBuffer: 3, zlibFromFirmware: 0x27 });
		expect(labelModel(0x01)?.zlibFromFirmware).toBeUndefined();
		expect(labelModel(0xf0)).toBeUndefined();
	});
});
