/** Every codec that takes bytes from outside: how to feed it, and right inputs to begin from. */

import { readPeerMessage } from "../../../drivers/label/oepl/frames.ts";
import { readAdvertReply } from "../../../drivers/label/opendisplay/advert.ts";
import { runOpenDisplayLabel } from "../../../drivers/label/opendisplay/run-label.ts";
import { noSettingsYet, readSettings, takeChunk } from "../../../drivers/label/opendisplay/settings.ts";
import { frameOf } from "../../../drivers/label/opendisplay/wire.ts";
import { takeAnswers } from "../../../drivers/printer/escpos.ts";
import { takeAnswers as takeStarAnswers } from "../../../drivers/printer/language/star.ts";
import { rawReader } from "../../../drivers/printer/raw/slips.ts";
import { judgeDocument } from "../../../drivers/printer/receipt/limits.ts";
import { takeAnswers as takeZplAnswers } from "../../../drivers/printer/zpl/zpl.ts";
import { scaleProtocolNames, scaleProtocols } from "../../../drivers/scale/protocols.ts";
import { readCode } from "../../../drivers/scanner/content.ts";
import { runDechdrScanner } from "../../../drivers/scanner/dechdr.ts";
import { rcnPresets } from "../../../drivers/scanner/gs1/rcn.ts";
import { scannedDataLayout } from "../../../drivers/scanner/hid-descriptor.ts";
import { runHidPosScanner } from "../../../drivers/scanner/hid-pos.ts";
import { isPaymentCard, maskCards } from "../../../drivers/scanner/payment-card.ts";
import { runScanner, usualSerialScanner } from "../../../drivers/scanner/serial.ts";
import { runSsiScanner } from "../../../drivers/scanner/ssi.ts";
import { typedPort } from "../../../drivers/scanner/wedge/typed-port.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { meaningReader } from "../../../src/broker/topics.ts";
import { silentPort } from "../../support/silent-port.ts";

export interface Codec {
	name: string;
	/** Right inputs: what is mutated. */
	seeds: readonly Uint8Array[];
	feed(bytes: Uint8Array): void;
	/** What it has said since it was last asked, as text; for comparing runs. */
	said(): string[];
	stop?(): void;
}

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

type Run = (port: Port, report: (report: unknown) => void) => () => void;

/** A driver over a port that takes what is written and says nothing by itself. */
function driver(name: string, run: Run, seeds: readonly Uint8Array[]): Codec {
	let reports: string[] = [];
	const { port, hear } = silentPort(name);
	const stop = run(port, (report) => {
		if (reports.length < 10_000) reports.push(JSON.stringify(report));
	});
	return { name, seeds, feed: hear, said: () => reports.splice(0), stop };
}

function pure(name: string, read: (bytes: Uint8Array) => unknown, seeds: readonly Uint8Array[]): Codec {
	let last: string[] = [];
	return {
		name,
		seeds,
		feed(bytes) {
			read(bytes);
			last = [];
		},
		said: () => last,
	};
}

/** The kernel's events of keys that go down and up again, one after another. */
export function keysPressed(...codes: number[]): Uint8Array {
	const event = (type: number, code: number, value: number): Buffer => {
		const bytes = Buffer.alloc(24);
		bytes.writeUInt32LE(1_764_000_000, 0);
		bytes.writeUInt16LE(type, 16);
		bytes.writeUInt16LE(code, 18);
		bytes.writeInt32LE(value, 20);
		return bytes;
	};
	const pressed = (code: number, value: number): Buffer[] => [event(4, 4, 0x7_0000 + code), event(1, code, value), event(0, 0, 0)];
	return Buffer.concat(codes.flatMap((code) => [...pressed(code, 1), ...pressed(code, 0)]));
}

export const ssiScan = hex("11f300000b34303036333831333333393331");
/** The packet with its length and checksum set right. */
export function ssiPacketOf(packet: Uint8Array): Uint8Array {
	const body = Uint8Array.of(packet.length, ...packet.subarray(1));
	const sum = -body.reduce((total, byte) => total + byte, 0) & 0xffff;
	return Uint8Array.of(...body, sum >> 8, sum & 0xff);
}
export const dechdrScan = bytesOf("\x16\xfe\x23\0\0\0\rMSGGET0014dE0\x1d4006381333931\r");
const hidReport = Uint8Array.from({ length: 64 }, (_, at) => [2, 13, 0x5d, 0x45, 0x30, ...bytesOf("4006381333931")][at] ?? 0);
const hidDescriptor = hex(
	"058c0902a1010912a10285021500 26ff00 7508 0501093b9501 8102 058c 09fb09fc09fd 9503 8102 09fe 9538 8102 9502 8103 09ff 7501 9501 8102 7507 8103 c0c0",
);

const weighings: Record<string, readonly Uint8Array[]> = {
	"mt-sics": [bytesOf("S S     100.00 g\r\n"), bytesOf('I4 A "B021"\r\n')],
	"toledo-8217": [bytesOf("\x0201.234\r"), bytesOf("\x02?A\r")],
	nci: [bytesOf("\n001.23LB\r\n00\r\x03")],
	"cas-ecr": [hex("010253203030312e32356b67670304")],
	"dialog-06": [bytesOf("\x0202\x1b3\x1b00500\x1b000199\x1b000100\x03"), bytesOf("\x15")],
	hid: [hex("03040bff3100")],
	"modbus-rtu": [hex("010304000030392e21")],
};
const lines = [bytesOf("ST,GS,   12.345,kg\r\n"), bytesOf("   12.34 g ?\r\n")];

export function scannerCodecs(): Codec[] {
	const device = "scanner-1";
	return [
		driver("scanner serial", (port, report) => runScanner(port, { ...usualSerialScanner, device }, report), [
			bytesOf("]E04006381333931\r"),
			bytesOf("]d2010950600013435210LOT7\x1d17261130\r\n"),
		]),
		driver("scanner serial etx", (port, report) => runScanner(port, { ...usualSerialScanner, suffix: "etx", device }, report), [
			bytesOf("\x024006381333931\x03"),
		]),
		driver("scanner ssi", (port, report) => runSsiScanner(port, { device }, report), [ssiPacketOf(ssiScan)]),
		driver(
			"scanner wedge",
			(port, report) => runScanner(typedPort(port, { layout: "us" }), { ...usualSerialScanner, encoding: "utf-8", device }, report),
			[keysPressed(...[5, 11, 11, 7, 4, 9, 2, 4, 4, 4, 10, 4, 2], 28)],
		),
		driver("scanner dechdr1", (port, report) => runDechdrScanner(port, { device }, report), [dechdrScan]),
	];
}

export function scaleCodecs(): Codec[] {
	return scaleProtocolNames.map((name) =>
		driver(
			`scale ${name}`,
			(port, report) => {
				const session = scaleProtocols[name].open({ send: () => {}, hear: report, unit: scaleProtocols[name].unit });
				port.onBytes((bytes) => session.take(bytes));
				return () => {};
			},
			weighings[name] ?? lines,
		),
	);
}

/** A write that succeeded. A promise's reactions would wait until all inputs are through, and look like growth. */
const written = { catch: () => written } as unknown as Promise<void>;

/** What a fresh driver of an OpenDisplay label makes of these reads. */
function hearLabel(...reads: Uint8Array[]): void {
	let hear: (bytes: Uint8Array) => void = () => {};
	const port: Port = {
		name: "label",
		write: () => written,
		onBytes: (listener) => {
			hear = listener;
		},
		onClosed: () => {},
		close: () => Promise.resolve(),
	};
	const timers = { set: () => undefined, clear: () => {}, nowMs: () => 0 };
	const running = runOpenDisplayLabel(port, { timers }, () => {});
	for (const bytes of reads) hear(bytes);
	running.stop();
}

export function allCodecs(): Codec[] {
	const at = new Date("2026-11-28");
	const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
	const broker = ["gondola/1/d/hand-1/e/scan", "gondola/1/d/plate-1/t/weight", "gondola/1/till/till-1/sale"].map(meaningReader);
	return [
		...scannerCodecs(),
		driver("scanner hid-pos", (port, report) => runHidPosScanner(port, { device: "s", descriptor: hidDescriptor }, report), [hidReport]),
		pure("HID descriptor", scannedDataLayout, [hidDescriptor]),
		pure("code", (bytes) => readCode(text(bytes), { at, variableMeasure: rcnPresets["de"] }), [
			bytesOf("2812345007501"),
			bytesOf("]d2010950600013435210LOT7\x1d17261130"),
			bytesOf("(01)09506000134352(17)261130"),
			bytesOf("https://example.com/01/09506000134352/10/A?17=261130"),
			bytesOf("978316148410051299"),
		]),
		pure("payment card", (bytes) => [isPaymentCard(text(bytes)), maskCards(text(bytes))], [bytesOf("4111111111111111")]),
		...scaleCodecs(),
		pure("slips on port 9100", (bytes) => [rawReader().feed(bytes), rawReader().end()], [
			hex("1b401b61014d696c63680a1d564200"),
			hex("1d763000010002000102"),
			hex("1d28480600303030303031100401"),
			hex("1d284c0c0030703001013108000100ff"),
		]),
		pure("label printer answers", (bytes) => takeZplAnswers(bytes), [
			bytesOf("\x02030,0,0,0245,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"),
			bytesOf('"1204"\r\n'),
		]),
		pure("Star printer answers", (bytes) => takeStarAnswers(bytes), [hex("2386000000000000000000"), hex("238628000000002a000000")]),
		pure("printer answers", (bytes) => takeAnswers(bytes), [hex("14000000"), hex("3722303130310037"), hex("1212")]),
		pure("receipt document", (bytes) => judgeDocument(text(bytes)), [bytesOf("Milch | 1.29\n{i:iVBORw0KGgoAAAANSUhEUgAA}\n{c:1;o:ean}")]),
		pure("label access point", readPeerMessage, [hex("1aca0102030405060708")]),
		pure("OpenDisplay frames", (bytes) => hearLabel(bytes), [hex("040000430201"), hex("0400ff430000"), hex("03000040fe")]),
		pure("OpenDisplay replies", (bytes) => hearLabel(frameOf(hex("00430201")), frameOf(bytes.subarray(0, 4_094))), [
			hex("004000008500000001"),
			hex("0040fe"),
			hex("ff40"),
			hex("0044462401020304"),
		]),
		pure("OpenDisplay settings", (bytes) => [readSettings(bytes), takeChunk(noSettingsYet, bytes), readAdvertReply(bytes)], [
			hex("0000010001020001"),
			hex("000085000000010001"),
			hex("46240102030405060708090a0b7c8b53"),
		]),
		pure("broker payload", (bytes) => broker.map((read) => read(Buffer.from(bytes))), [
			bytesOf('{"id":"1","code":"4006381333931","aim":"]E0"}'),
			bytesOf('{"grams":412.5,"stable":true}'),
		]),
	];
}
