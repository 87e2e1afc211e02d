/** `gondola devices learn`: three known codes show a scanner's settings, which are written into the configuration. */
import { writeFileSync } from "node:fs";
import bwip from "bwip-js";
import { readReportDescriptor } from "../../../drivers/transport/hid-port.ts";
import { loadConfig } from "../../config/load.ts";
import { setSeveral } from "../settings.ts";
import { deskUrl } from "../verb/ask.ts";
import { json } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import { followTrace } from "./follow-trace.ts";
import { knownCodes, knownWords } from "./learned-framing.ts";
import { type Configured, doubtOf, type Learned, type LearnedScanner, learnScanner, type Readings, readingsOf } from "./learned-scans.ts";

const waitForScanMs = 60_000;
/** A scan is over after so much silence: a scanner that types may rest between two keys. */
const quietMs = 1_000;
/** So many wrong scans of one code, and so many rounds of all three that do not fit together, end it. */
const mostTries = 5;
const mostRounds = 2;

export interface LearnGiven {
	url?: string | undefined;
	token?: string | undefined;
	json?: boolean | undefined;
	"dry-run"?: boolean | undefined;
}

/** The three codes as one picture. */
export async function writeSheet(file: string): Promise<number> {
	const { article } = knownCodes;
	const drawn = await Promise.all([
		bwip.toBuffer({ bcid: "ean13", text: article, scale: 3, height: 18, includetext: true }),
		bwip.toBuffer({ bcid: "gs1datamatrix", text: "(01)04006381333931(10)GONDOLA(17)301231", scale: 6 }),
		bwip.toBuffer({ bcid: "qrcode", text: knownWords, scale: 5 }),
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
	if (device.family !== "scanner") return fail(1, `${id} is no scanner; only scanners have anything to learn.`);
	if (device.protocol === "mqtt") return fail(1, `${id} speaks MQTT: what it sends is set in its topics, and there is nothing to learn.`);
	const { protocol, layout, port } = device;
	const configured: Configured = { protocol, layout };
	if (protocol === "hid-pos") {
		const descriptor = await readReportDescriptor({ path: port! }).catch(() => undefined);
		if (!descriptor) return fail(1, `${port} cannot be read: is ${id} plugged in, and does this run on the box that it hangs on?`);
		configured.descriptor = descriptor;
	}
	const wire = await listen(id, given);
	try {
		const found = await learnedFrom(wire, configured);
		if (typeof found === "string") return fail(1, `${found} Nothing was changed.`);
		const { advice, ...settings } = found;
		for (const each of advice) process.stderr.write(`${each}\n`);
		if (given["dry-run"]) return given.json ? json({ settings: shown(settings), advice }) : (say(lines(settings)), 0);
		const edits = Object.entries(settings)
			// The usual protocol is not written where nothing is.
			.filter(([name, value]) => name !== "protocol" || value !== protocol)
			.map(([name, value]) => ({ path: `devices.${id}.${name}`, value }));
		const code = await setSeveral(file, edits, `${id} learned: ${lines(settings)}`, given.json ?? false);
		if (code === 0) process.stderr.write("gondola config undo takes it back.\n");
		return code;
	} finally {
		wire.stop();
	}
}

const asks = [`1: the article ${knownCodes.article}`, "2: the square code beneath it", "3: the last code"];

/** The settings, or why there are none. What does not fit together is asked for again, and never guessed. */
async function learnedFrom(wire: ScannerTrace, configured: Configured): Promise<Learned | string> {
	let last: LearnedScanner | undefined;
	for (let round = 0; round < mostRounds; round += 1) {
		const scans: Readings[] = [];
		for (const number of [0, 1, 2] as const) {
			const heard = await askedFor(number, wire, configured);
			if (typeof heard === "string") return heard;
			scans.push(heard);
		}
		last = learnScanner(scans, configured);
		if ("learned" in last) return last.learned;
		if (!last.isAgain) break;
		if (round + 1 < mostRounds) process.stderr.write(`${capital(last.fault)} Once more from the first code.\n`);
	}
	return last && "fault" in last ? last.fault : "";
}

async function askedFor(number: 0 | 1 | 2, wire: ScannerTrace, configured: Configured): Promise<Readings | string> {
	let doubt = "";
	for (let tries = 0; tries < mostTries; tries += 1) {
		process.stderr.write(`Scan code ${asks[number]}\n`);
		const pieces = await wire.nextScan();
		if (pieces.length === 0) return `nothing came from ${wire.id} in a minute. Is it plugged in? gondola devices tells.`;
		const readings = await readingsOf(number, pieces, configured);
		const why = doubtOf(readings, configured);
		if (why === undefined) return readings;
		doubt = why;
		process.stderr.write(`${capital(doubt)}\n`);
	}
	return doubt;
}

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

type Settings = Omit<Learned, "advice">;
const shown = (settings: Settings): Partial<Settings> => JSON.parse(JSON.stringify(settings)) as Partial<Settings>;
const lines = (settings: Settings): string =>
	Object.entries(shown(settings))
		.map(([name, value]) => `${name} ${JSON.stringify(value)}`)
		.join(", ") || "the usual settings";

interface ScannerTrace {
	id: string;
	/** Everything that comes until it is quiet; nothing after a minute without any. */
	nextScan(): Promise<Uint8Array[]>;
	stop(): void;
}

/** Resolves once the gateway records: a scan is never missed because somebody was quicker than the question. */
async function listen(id: string, { url, token }: LearnGiven): Promise<ScannerTrace> {
	const base = await deskUrl(url);
	const over = new AbortController();
	const ready = Promise.withResolvers<void>();
	const steps = followTrace(base, id, { token, over: over.signal, onListening: ready.resolve });
	let pending = steps.next();
	// A gateway that does not answer, or knows no such device, says so here.
	await Promise.race([ready.promise, pending]);
	/** Undefined: so long nothing came. */
	const stepWithin = async (ms: number): Promise<Uint8Array | undefined> => {
		const alarm = AbortSignal.timeout(ms);
		const late = new Promise<undefined>((resolve) => alarm.addEventListener("abort", () => resolve(undefined)));
		for (;;) {
			const step = await Promise.race([pending, late]);
			if (step === undefined || step.done) return undefined;
			pending = steps.next();
			if (step.value.direction === "received") return step.value.bytes;
		}
	};
	return {
		id,
		async nextScan() {
			const pieces: Uint8Array[] = [];
			for (let bytes = await stepWithin(waitForScanMs); bytes; bytes = await stepWithin(quietMs)) pieces.push(bytes);
			return pieces;
		},
		stop() {
			over.abort();
			pending.catch(() => {});
		},
	};
}
