/**
 * From what passed on a scanner's wire to its settings, for every kind of scanner. Each scan is read in every way that the wire allows:
 *
 *   a line    as bare codes, as packets of SSI, as codes with Honeywell's header      the protocol
 *   keys      as the keyboard of each country                                          the layout
 *   USB       by the report descriptor                                                 one way only
 *
 * A way that reads all three codes and agrees with itself is the scanner's. Where several do, the configured one is kept, or nobody knows.
 */
import { runDechdrScanner } from "../../../drivers/scanner/dechdr.ts";
import { runHidPosScanner } from "../../../drivers/scanner/hid-pos.ts";
import type { ScannerOptions } from "../../../drivers/scanner/options.ts";
import type { ScannerReport } from "../../../drivers/scanner/reader.ts";
import { runSsiScanner } from "../../../drivers/scanner/ssi.ts";
import { type KeyboardLayout, keyboardLayouts } from "../../../drivers/scanner/wedge/layouts.ts";
import { typedPort } from "../../../drivers/scanner/wedge/typed-port.ts";
import { type CodeReading, type Doubt, type LearnedFraming, learnFraming, readCode } from "./learned-framing.ts";
import { replayPort } from "./replay-port.ts";

export type ScannerProtocol = ScannerOptions["protocol"];
/** A way to read a scan: a protocol of lines, a layout of keyboards, or HID POS. */
export type Way = ScannerProtocol | KeyboardLayout;
export type Readings = ReadonlyMap<Way, CodeReading | Doubt>;

/** How the configuration reads this scanner, with the report descriptor where it is on USB. */
export interface Configured {
	protocol: ScannerProtocol;
	layout: KeyboardLayout;
	descriptor?: Uint8Array;
}

const linesOf = ["ssi", "dechdr1", "serial"] as const;
const packets: ReadonlySet<Way> = new Set<Way>(["ssi", "dechdr1", "hid-pos"]);
/** Silence after which a driver gives up what is not whole. */
const settleMs = 30;

/** `pieces`: what the gateway received for one scan, in its order. `number` counts the codes of the sheet from 0. */
export async function readingsOf(number: 0 | 1 | 2, pieces: readonly Uint8Array[], configured: Configured): Promise<Readings> {
	const { protocol, descriptor } = configured;
	if (protocol === "wedge") {
		const typed = keyboardLayouts.map((layout) => [layout, readCode(number, typedBy(pieces, layout), "keys")] as const);
		return new Map(typed);
	}
	if (protocol === "hid-pos") return new Map([[protocol, await packetReading(number, pieces, protocol, descriptor)]]);
	const readings = new Map<Way, CodeReading | Doubt>();
	for (const each of linesOf)
		readings.set(
			each,
			each === "serial" ? readCode(number, Buffer.concat(pieces), "line") : await packetReading(number, pieces, each, undefined),
		);
	return readings;
}

/** Why a scan is asked for again: no way reads it. Undefined: one does. */
export function doubtOf(readings: Readings, { protocol, layout }: Configured): string | undefined {
	if ([...readings.values()].some((one) => !("doubt" in one))) return undefined;
	const usual = readings.get(protocol === "wedge" ? layout : protocol) ?? [...readings.values()][0]!;
	const plain = protocol === "wedge" ? usual : (readings.get("serial") ?? usual);
	return "doubt" in plain ? plain.doubt : undefined;
}

export interface Learned extends Partial<LearnedFraming> {
	protocol?: ScannerProtocol;
	layout?: KeyboardLayout | undefined;
	advice: string[];
}
export type LearnedScanner = { learned: Learned } | { fault: string; isAgain: boolean };

export function learnScanner(scans: readonly Readings[], configured: Configured): LearnedScanner {
	const ways = [...scans[0]!.keys()].filter((way) => scans.every((scan) => !("doubt" in scan.get(way)!)));
	const tried = ways.map((way) => {
		const wire = configured.protocol === "wedge" ? "keys" : packets.has(way) ? "packet" : "line";
		return {
			way,
			...learnFraming(
				scans.map((scan) => scan.get(way) as CodeReading),
				wire,
			),
		};
	});
	const fitting = tried.filter((one) => "learned" in one);
	const usual = configured.protocol === "wedge" ? configured.layout : configured.protocol;
	const one = fitting.find(({ way }) => way === usual) ?? (fitting.length === 1 ? fitting[0] : undefined);
	if (one)
		return settingsOf(
			one.way,
			one.learned,
			configured,
			fitting.map(({ way }) => way),
		);
	if (fitting.length > 1) {
		const names = fitting.map(({ way }) => way).join(", ");
		const setting = configured.protocol === "wedge" ? "layout" : "protocol";
		return {
			fault: `these codes look the same as ${names}: set ${setting} to the one in the scanner's setup.`,
			isAgain: false,
		};
	}
	const failed = tried.find(({ way }) => way === usual) ?? tried.find(({ way }) => way === "serial") ?? tried[0];
	if (failed && "fault" in failed) return failed;
	return { fault: "no way of reading fits all three codes; was the scanner set anew between two of them?", isAgain: true };
}

/** Only settings that the protocol has; those of another one are taken out. */
function settingsOf(way: Way, found: LearnedFraming, configured: Configured, fitting: readonly Way[]): LearnedScanner {
	const { suffix, prefix, aim, gs, encoding, dataBits, parity } = found;
	const advice = [...found.advice];
	if (configured.protocol === "wedge") {
		const layout = way as KeyboardLayout;
		const others = fitting.filter((one) => one !== way);
		if (others.length > 0) advice.push(`The codes look the same with the layout ${others.join(", ")}; ${way}, which is set, was kept.`);
		return { learned: { layout: layout === "us" ? undefined : layout, suffix, prefix, aim, gs, advice } };
	}
	if (way === "hid-pos") return { learned: { prefix, gs, encoding, advice } };
	const protocol = way as ScannerProtocol;
	const line = { ...(parity && { dataBits, parity }), gs, encoding, advice };
	if (way === "serial") return { learned: { protocol, suffix, prefix, aim, ...line } };
	if (prefix !== undefined)
		return {
			fault: `before each code the scanner puts "${prefix}", for which protocol ${way} has no setting: switch the prefix off in the scanner.`,
			isAgain: false,
		};
	return { learned: { protocol, suffix: undefined, prefix: undefined, aim: undefined, ...line } };
}

/** The bytes, in UTF-8, of what keys type on a keyboard. */
function typedBy(pieces: readonly Uint8Array[], layout: KeyboardLayout): Uint8Array {
	const { port, play } = replayPort("recorded scans");
	const typed: Uint8Array[] = [];
	typedPort(port, { layout }).onBytes((bytes) => typed.push(bytes));
	pieces.forEach(play);
	return Buffer.concat(typed);
}

async function packetReading(
	number: 0 | 1 | 2,
	pieces: readonly Uint8Array[],
	protocol: "ssi" | "dechdr1" | "hid-pos",
	descriptor: Uint8Array | undefined,
): Promise<CodeReading | Doubt> {
	const { port, play } = replayPort("recorded scans");
	const reports: ScannerReport[] = [];
	const take = (report: ScannerReport): void => void reports.push(report);
	const settings = { device: "scanner", idleGapMs: settleMs };
	const stop =
		protocol === "hid-pos"
			? runHidPosScanner(port, { ...settings, descriptor: descriptor ?? new Uint8Array() }, take)
			: { ssi: runSsiScanner, dechdr1: runDechdrScanner }[protocol](port, settings, take);
	pieces.forEach(play);
	await new Promise((resolve) => setTimeout(resolve, 2 * settleMs));
	stop();
	const [first, ...more] = reports;
	if (more.length > 0) return { doubt: "more than one code came, or one of them broken." };
	if (first?.type !== "scan" || (first.framing !== "length" && first.framing !== "report"))
		return { doubt: protocol === "hid-pos" ? "no whole code came." : `no code came as a packet of ${protocol}.` };
	const reading = readCode(number, first.raw ?? Buffer.from(first.text, "utf8"), "packet");
	return "doubt" in reading ? reading : { ...reading, aim: first.aim };
}
