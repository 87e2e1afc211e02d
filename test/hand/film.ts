import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { prepareZXingModule, type WriterOptions, writeBarcode } from "zxing-wasm/writer";

/** What a camera films, as a file that Chromium plays in place of one. Bar codes are drawn by a library that is not the gateway's. */
const [filmWidth, filmHeight] = [1_280, 720] as const;

export interface Filmed {
	text: string;
	format: NonNullable<WriterOptions["format"]>;
	/** Pixels of the narrowest bar. */
	moduleWidth: number;
	/** Where its middle is, as a share of the picture's width. */
	at: number;
}

const path = createRequire(import.meta.url).resolve("zxing-wasm/writer/zxing_writer.wasm");

/** Writes the film: grey paper with these codes on it, for ever. */
export async function writeFilm(file: string, codes: readonly Filmed[]): Promise<void> {
	prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(path)).buffer } });
	const light = Buffer.alloc(filmWidth * filmHeight, 200);
	for (const code of codes) await draw(light, code);
	// Two planes of colour at half the resolution; 128 is none.
	const frame = Buffer.concat([Buffer.from("FRAME\n"), light, Buffer.alloc((filmWidth * filmHeight) / 2, 128)]);
	writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${filmWidth} H${filmHeight} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]));
}

async function draw(light: Buffer, { text, format, moduleWidth, at }: Filmed): Promise<void> {
	const { symbol, error } = await writeBarcode(text, { format, withQuietZones: true });
	if (error !== "") throw new Error(error);
	const { data, width, height } = symbol;
	const left = Math.round(filmWidth * at - (width * moduleWidth) / 2);
	const top = Math.round((filmHeight - height * moduleWidth) / 2);
	for (let y = 0; y < height * moduleWidth; y++)
		for (let x = 0; x < width * moduleWidth; x++) {
			const level = data[Math.floor(y / moduleWidth) * width + Math.floor(x / moduleWidth)]!;
			// Ink is never black to a camera, nor paper white.
			light[(top + y) * filmWidth + left + x] = level === 0 ? 45 : 225;
		}
}
