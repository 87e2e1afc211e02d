/** `gondola devices learn`: three known codes show a scanner's settings, which are written into the configuration. */
import { writeFileSync } from "node:fs";
import bwip from "bwip-js";
import { loadConfig } from "../../config/load.ts";
import { setSeveral } from "../settings.ts";
import { deskUrl } from "../verb/ask.ts";
import { json } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import { followTrace } from "./follow-trace.ts";
import { knownCodes, type LearnedFraming, learnFraming } from "./learned-framing.ts";

const waitForScanMs = 60_000;

export interface LearnGiven {
	url?: string | undefined;
	token?: string | undefined;
	json?: boolean | undefined;
	"dry-run"?: boolean | undefined;
}

/** The three codes as one picture. */
export async function writeSheet(file: string): Promise<number> {
	const { article, words } = knownCodes;
	const drawn = await Promise.all([
		bwip.toBuffer({ bcid: "ean13", text: article, scale: 3, height: 18, includetext: true }),
		bwip.toBuffer({ bcid: "gs1datamatrix", text: "(01)04006381333931(10)GONDOLA(17)301231", scale: 6 }),
		bwip.toBuffer({ bcid: "qrcode", text: words, scale: 5 }),
	]);
	const rows = drawn.map((png, at) => {
		const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
		const place = `x="120" y="${40 + at * 280}" width="${width}" height="${height}"`;
		const picture = `data:image/png;base64,${png.toString("base64")}`;
		return `<text x="40" y="${70 + at * 280}" font-size="28">${at + 1}</text><image ${place} href="${picture}"/>`;
	});
	const size = 'viewBox="0 0 600 860" width="600" height="860"';
	const paper = '<rect width="600" height="860" fill="white"/>';
	writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${paper}${rows.join("")}</svg>\n`);
	say(`${file}: print it or show it on a screen, then: gondola devices learn ID`);
	return 0;
}

export async function learn(id: string, file: string, given: LearnGiven): Promise<number> {
	const device = loadConfig(file).devices.find((each) => each.id === id);
	if (!device) return fail(1, `no device in ${file} is called ${id}.`);
	if (device.family !== "scanner" || device.protocol !== "serial")
		return fail(1, `${id} is no scanner on a serial line (protocol serial); only these have anything to learn.`);
	const base = await deskUrl(given.url);
	const scans: Uint8Array[] = [];
	const asks = [`1: the article ${knownCodes.article}`, "2: the square code beneath it", "3: the last code"];
	for (const what of asks) {
		process.stderr.write(`Scan code ${what}\n`);
		const bytes = await nextScan(base, id, given.token);
		if (!bytes) return fail(1, `nothing came from ${id} in a minute; nothing was changed. Is it plugged in? gondola devices tells.`);
		scans.push(bytes);
	}
	const found = learnFraming(scans[0]!, scans[1]!, scans[2]!);
	if ("fault" in found) return fail(1, `${found.fault} Nothing was changed.`);
	const { advice, ...settings } = found.learned;
	for (const each of advice) process.stderr.write(`${each}\n`);
	if (given["dry-run"]) return given.json ? json({ settings: shown(settings), advice }) : (say(lines(settings)), 0);
	const edits = Object.entries(settings).map(([name, value]) => ({ path: `devices.${id}.${name}`, value }));
	return setSeveral(file, edits, `${id} learned: ${lines(settings)}`, given.json ?? false);
}

type Settings = Omit<LearnedFraming, "advice">;
const shown = (settings: Settings): Partial<Settings> => JSON.parse(JSON.stringify(settings)) as Partial<Settings>;
const lines = (settings: Settings): string =>
	Object.entries(shown(settings))
		.map(([name, value]) => `${name} ${JSON.stringify(value)}`)
		.join(", ") || "the usual settings";

/** All bytes of one scan, which ends with silence. Undefined after a minute without any. */
async function nextScan(base: string, id: string, token: string | undefined): Promise<Uint8Array | undefined> {
	const over = new AbortController();
	const timer = setTimeout(() => over.abort(), waitForScanMs);
	try {
		for await (const step of followTrace(base, id, { token, over: over.signal })) if (step.direction === "received") return step.bytes;
		return undefined;
	} finally {
		clearTimeout(timer);
	}
}
