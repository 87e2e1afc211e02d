/**
 * The label's report about itself (command 44, and the data of its Bluetooth advertisement behind company 2446).
 *
 *   44 46 24 | 0..10 dynamic by its configuration | 11 (°C + 40) × 2 | 12 battery in 10 mV, low byte | 13 status
 *                 status: 01 battery bit 8, 02 restarted, 04 wants a connection, F0 counter
 *   older, 11 bytes: 02 36 00 6C 00 C3 01 | mV u16 little-endian | °C i8 | counter
 *
 * Source: OpenDisplay protocol text 2.2 and firmware, updatemsdata; the older form from public clients (facts only, no code).
 */
export interface Advert {
	/** Undefined: it measures none, as a label on mains does. */
	batteryMillivolts: number | undefined;
	temperatureCelsius: number;
	/** It started anew: its glass may show the picture of its start. */
	restarted: boolean;
	wantsConnection: boolean;
	counter: number;
}

export const openDisplayCompany = 0x2446;
const oldPrefix = [0x02, 0x36, 0x00, 0x6c, 0x00, 0xc3, 0x01];

/** `data` without the company id. Undefined for what is no advertisement of such a label. */
export function readAdvert(data: Uint8Array): Advert | undefined {
	if (data.length === 14) {
		const status = data[13]!;
		const tenMillivolts = data[12]! | ((status & 0x01) << 8);
		return {
			batteryMillivolts: tenMillivolts === 0 ? undefined : tenMillivolts * 10,
			temperatureCelsius: data[11]! / 2 - 40,
			restarted: (status & 0x02) !== 0,
			wantsConnection: (status & 0x04) !== 0,
			counter: status >> 4,
		};
	}
	if (data.length !== 11 || oldPrefix.some((byte, at) => data[at] !== byte)) return undefined;
	const celsius = data[9]!;
	return {
		batteryMillivolts: data[7]! | (data[8]! << 8),
		temperatureCelsius: celsius > 127 ? celsius - 256 : celsius,
		restarted: false,
		wantsConnection: false,
		counter: data[10]!,
	};
}

/** The answer to command 44: the company id, low byte first, then the advertisement. */
export function readAdvertReply(data: Uint8Array): Advert | undefined {
	return data.length > 2 && (data[0]! | (data[1]! << 8)) === openDisplayCompany ? readAdvert(data.subarray(2)) : undefined;
}
