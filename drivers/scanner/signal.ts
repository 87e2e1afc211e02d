/**
 * The bytes that make a scanner tell the person who holds it that the scan was refused. They change no setting of the scanner.
 *
 *   ssi                05 E6 04 00 10 FF 01    BEEP, code 10: two long low tones (Zebra's Simple Serial Interface guide)
 *   dechdr1            16 07 0D                SYN BEL CR: Honeywell's beep, as its public drivers send it
 *   hid-pos            FD 03 16 07 0D          the same in Honeywell's output report, captured from a scanner
 *
 * Source: named in each line.
 */
import { ssiPacket } from "./ssi.ts";

const beepOpcode = 0xe6;
const twoLongLow = 0x10;
const honeywellBeep = [0x16, 0x07, 0x0d] as const;
const honeywellReport = 0xfd;

export const signalProtocols = ["ssi", "dechdr1", "hid-pos"] as const;
export type SignalProtocol = (typeof signalProtocols)[number];

export function refusalSignal(protocol: SignalProtocol): Uint8Array {
	if (protocol === "ssi") return ssiPacket(beepOpcode, [twoLongLow]);
	return protocol === "dechdr1" ? Uint8Array.of(...honeywellBeep) : Uint8Array.of(honeywellReport, honeywellBeep.length, ...honeywellBeep);
}
