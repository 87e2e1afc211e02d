/**
 * The answer to a till. The status word is the four bytes of the printer's automatic status (GS a), lowest first, with two more
 * bits of the service: no answer from the printer, and printing completed.
 * Source: Epson ePOS-Print XML user's manual, "Response document".
 */
import type { PrinterStatus } from "../status.ts";

/** Bits of the status word by their names. */
export const statusBits = {
	noResponse: 0x0000_0001,
	printSuccess: 0x0000_0002,
	drawerPinHigh: 0x0000_0004,
	offline: 0x0000_0008,
	coverOpen: 0x0000_0020,
	feedSwitchFeeding: 0x0000_0040,
	waitOnline: 0x0000_0100,
	panelSwitch: 0x0000_0200,
	mechanicalError: 0x0000_0400,
	cutterError: 0x0000_0800,
	unrecoverableError: 0x0000_2000,
	autoRecoverError: 0x0000_4000,
	paperNearEnd: 0x0002_0000,
	paperEnd: 0x0008_0000,
	spoolerStopped: 0x8000_0000,
} as const;
export type StatusFlag = keyof typeof statusBits;

/** The fixed bits of the four status bytes of a printer that has nothing to report. */
const idleWord = 0x0f00_0010;
/** The paper sensors come in pairs of bits. */
const nearEndPair = 0x0003_0000;
const endPair = 0x000c_0000;

export function statusFlags(word: number): StatusFlag[] {
	const flags = Object.entries(statusBits) as [StatusFlag, number][];
	return flags.filter(([, bit]) => (word & bit) >>> 0 !== 0).map(([flag]) => flag);
}

/** The status word of a printer whose state is known by name only. */
export function wordOf(status: PrinterStatus): number {
	const bits: [boolean, number][] = [
		[status.drawerPin === "high", statusBits.drawerPinHigh],
		[status.online === false, statusBits.offline],
		[status.cover === "open", statusBits.coverOpen],
		[status.paper === "near-end" || status.paper === "out", nearEndPair],
		[status.paper === "out", endPair],
		[status.cutter === "stuck", statusBits.cutterError],
		[status.error === "lasting", statusBits.unrecoverableError],
		[status.error === "passing", statusBits.autoRecoverError],
	];
	return bits.reduce((word, [isSet, bit]) => (isSet ? word + bit : word), idleWord);
}

/** The fault that stopped a receipt, from the status word; "" where the word shows none. */
export function faultCode(word: number): string {
	const flags = new Set(statusFlags(word));
	if (flags.has("noResponse")) return "EX_BADPORT";
	if (flags.has("paperEnd")) return "EPTR_REC_EMPTY";
	if (flags.has("coverOpen")) return "EPTR_COVER_OPEN";
	if (flags.has("cutterError")) return "EPTR_CUTTER";
	if (flags.has("mechanicalError")) return "EPTR_MECHANICAL";
	if (flags.has("unrecoverableError")) return "EPTR_UNRECOVERABLE";
	return flags.has("autoRecoverError") ? "EPTR_AUTOMATICAL" : "";
}

export interface EposAnswer {
	success: boolean;
	code: string;
	status: number;
	devid: string;
	printjobid: string | null;
}

const namespace = "http://www.epson-pos.com/schemas/2011/03/epos-print";
const escaped = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Written so that every client can read it: element names without a prefix, `true` and `false` as words, numbers in decimal. */
export function answerXml({ success, code, status, devid, printjobid }: EposAnswer): string {
	const names = `<devid>${escaped(devid)}</devid><printjobid>${escaped(printjobid ?? "")}</printjobid>`;
	const parameter = `<parameter xmlns="${namespace}">${names}</parameter>`;
	const response = `<response success="${success}" code="${escaped(code)}" status="${status}" battery="0" xmlns="${namespace}"></response>`;
	return (
		'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">' +
		`<s:Header>${parameter}</s:Header><s:Body>${response}</s:Body></s:Envelope>`
	);
}
