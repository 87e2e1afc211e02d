import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { takeAnswers } from "../../../drivers/printer/escpos.ts";
import { takeAnswers as takeStarAnswers } from "../../../drivers/printer/language/star.ts";
import { takeAnswers as takeZplAnswers } from "../../../drivers/printer/zpl/zpl.ts";
import { scaleOptions } from "../../../drivers/scale/options.ts";
import { runScale } from "../../../drivers/scale/scale.ts";
import { runDechdrScanner } from "../../../drivers/scanner/dechdr.ts";
import { scannerOptions } from "../../../drivers/scanner/options.ts";
import { maskCards } from "../../../drivers/scanner/payment-card.ts";
import { runScanner } from "../../../drivers/scanner/serial.ts";
import { runSsiScanner } from "../../../drivers/scanner/ssi.ts";
import { typedPort } from "../../../drivers/scanner/wedge/typed-port.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { formatTrace, parseTrace, type Trace, type TraceStep } from "../../../drivers/transport/trace-port.ts";
import type { DeviceStatus } from "../../words/alarm.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { followTrace } from "./follow-trace.ts";
import { replayPort } from "./replay-port.ts";

const usage = `gondola trace record DEVICE [--out FILE] [--seconds N]   what passes between the gateway and a device, as text
gondola trace play FILE [--protocol P]                   what the driver makes of such a file, one line of JSON each

  --out FILE    into a file (default: standard output)
  --seconds N   ends after so long (default: Ctrl-C ends it); at most an hour
  --protocol P  plays it as another protocol than the file names
The numbers of payment cards are masked before they reach the file; at most 4 MB are recorded.
${deskUsage}`;

const mostSeconds = 3_600;
const mostBytes = 4 * 1024 * 1024;
/** Longer than the silence by which a scanner's code ends. */
const betweenStepsMs = 5;
const settleMs = 1_500;

export const trace: Verb = {
	summary: "the bytes of a device as text, recorded or played",
	usage,
	async run(args) {
		const given = read(args, usage, {
			...deskOptions,
			out: { type: "string" },
			seconds: { type: "string" },
			protocol: { type: "string" },
		});
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act, what, ...more] = words;
		if (what === undefined || more.length > 0) return fail(2, usage);
		if (act === "play") return play(what, values.protocol);
		const seconds = values.seconds === undefined ? mostSeconds : Number(values.seconds);
		if (act !== "record" || !(seconds > 0 && seconds <= mostSeconds)) return fail(2, usage);
		return record(what, { url: values.url, token: values.token, out: values.out, seconds });
	},
};

interface Recording {
	url: string | undefined;
	token: string | undefined;
	out: string | undefined;
	seconds: number;
}

async function record(id: string, { url, token, out, seconds }: Recording): Promise<number> {
	const base = await deskUrl(url);
	const device = await ask<DeviceStatus>(base, `/api/v1/devices/${encodeURIComponent(id)}`, { token });
	const over = new AbortController();
	const stop = (): void => over.abort();
	const timer = setTimeout(stop, seconds * 1_000);
	process.once("SIGINT", stop);
	process.once("SIGTERM", stop);
	const head = {
		device: id,
		family: device.family,
		protocol: device.protocol,
		origin: `recorded from ${device.address} on ${new Date().toISOString()}`,
	};
	const steps: TraceStep[] = [];
	let bytes = 0;
	process.stderr.write(`Listening to ${id}; Ctrl-C ends it.\n`);
	for await (const { lost, ...step } of followTrace(base, id, { token, over: over.signal })) {
		bytes += step.bytes.length;
		steps.push(lost > 0 ? { ...step, note: `${lost} pieces before this one went by unseen` } : step);
		if (bytes > mostBytes) break;
	}
	clearTimeout(timer);
	const text = formatTrace({ head, steps });
	if (out === undefined) process.stdout.write(text);
	else writeFileSync(out, text, { mode: 0o600 });
	process.stderr.write(`${steps.length} pieces, ${bytes} bytes${out === undefined ? "" : ` in ${out}`}.\n`);
	return 0;
}

async function play(file: string, protocol: string | undefined): Promise<number> {
	let recording: Trace;
	try {
		recording = parseTrace(readFileSync(file, "utf8"));
	} catch (error) {
		if (error instanceof SyntaxError) return fail(1, `${file}: ${error.message}`);
		throw error;
	}
	const { family } = recording.head;
	const speaks = protocol ?? recording.head["protocol"];
	const print = (report: object): void => say(maskCards(JSON.stringify(report)));
	const received = recording.steps.filter(({ direction }) => direction === "received").map(({ bytes }) => bytes);
	if (family === "printer") {
		const take = speaks === "star-prnt" ? takeStarAnswers : speaks === "zpl" ? takeZplAnswers : takeAnswers;
		for (const answer of take(Buffer.concat(received)).answers) print(answer);
		return 0;
	}
	const drive = driverOf(family, speaks, recording.head["device"] ?? "device");
	if (!drive)
		return fail(1, `${file} names no family and protocol that can be played: scanner (serial, ssi, dechdr1, wedge), scale or printer.`);
	await feed(received, drive, print);
	return 0;
}

/** Keys by the layout of a US keyboard, because a trace does not record the layout. */
const runTyped: typeof runScanner = (port, options, report) =>
	runScanner(typedPort(port, { layout: "us", gs: options.gs }), { ...options, encoding: "utf-8" }, report);

type Drive = (port: Port, report: (report: object) => void) => () => void;

function driverOf(family: string | undefined, protocol: string | undefined, device: string): Drive | undefined {
	const id = /^[a-z0-9-]{1,32}$/.test(device) ? device : "device";
	if (family === "scanner") {
		const run = { serial: runScanner, ssi: runSsiScanner, dechdr1: runDechdrScanner, wedge: runTyped }[protocol ?? "serial"];
		if (!run) return undefined;
		const port = protocol === "wedge" ? "/dev/input/by-id/a-trace" : "/dev/null";
		const options = scannerOptions.parse({ id, family: "scanner", protocol: protocol ?? "serial", port });
		return (port, report) => run(port, { ...options, device: id }, report);
	}
	if (family !== "scale") return undefined;
	const options = scaleOptions.safeParse({ id, family: "scale", protocol, port: "/dev/null" });
	if (!options.success) return undefined;
	return (port, report) => {
		const running = runScale(port, options.data, report);
		return () => running.stop();
	};
}

/** Plays the device's side of a trace only: the gateway need not write again what it wrote when the trace was recorded. */
async function feed(received: readonly Uint8Array[], drive: Drive, report: (report: object) => void): Promise<void> {
	const { port, play } = replayPort("a trace");
	const stop = drive(port, report);
	for (const bytes of received) {
		play(bytes);
		await after(betweenStepsMs);
	}
	await after(settleMs);
	stop();
}
