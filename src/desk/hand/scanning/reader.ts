/**
 * Reads bar codes in a picture: ZXing-C++ as WebAssembly, the same in every browser. Loaded when the camera is opened for the first time.
 * UPC-E comes out as the number that it stands for, so that it is never taken for an EAN-8.
 */
/// <reference types="vite/client" />
import { prepareZXingModule, type ReaderOptions, readBarcodes } from "zxing-wasm/reader";
import program from "zxing-wasm/reader/zxing_reader.wasm?url";
import type { Seen } from "./steady.ts";

const matrix = ["QRCode", "DataMatrix"] as const;
/** Symbologies on goods and shelf labels. Interleaved 2 of 5 only as ITF-14: shorter ones are read out of any stripes. */
const options: ReaderOptions = {
	formats: ["EAN13", "EAN8", "UPCA", "UPCE", "Code128", "Code39", "ITF14", "DataBar", "DataBarExp", ...matrix],
	// The number on a magazine beside its code is no code of its own.
	eanAddOnSymbol: "Ignore",
	// With the byte 29 between the elements of a GS1 code, as a scanner sends it.
	textMode: "Plain",
	maxNumberOfSymbols: 3,
};

prepareZXingModule({ overrides: { locateFile: () => program } });

/** Throws where the program cannot be loaded. */
export async function codesIn(picture: ImageData): Promise<Seen[]> {
	const found = await readBarcodes(picture, options);
	return found
		.filter(({ isValid }) => isValid)
		.map(({ text, symbology }) => ({ text, isLinear: !matrix.some((name) => name === symbology) }));
}

/** Has the service worker keep the program, so that the camera also reads without a network. */
export async function keepReader(): Promise<void> {
	await fetch(program);
}
