/**
 * The layout of a HID POS scanner's reports, as its report descriptor declares it. Makers order the fields differently and add bytes, so
 * a report cannot be read without its descriptor.
 *
 *   05 8C  usage page: bar code scanner      85 02  report id 2
 *   75 08  fields of 8 bits                  95 38  56 of them
 *   09 FE  usage: decoded data               81 02  input: place them here
 *
 * Source: USB Device Class Definition for HID 1.11, chapter 6.2.2; HID Point of Sale Usage Tables 1.02.
 */
export interface ScannedDataLayout {
	/** Undefined when the device numbers no reports; else the first byte of each. */
	reportId?: number;
	/** Byte positions in the report, its id counted. */
	countAt?: number;
	/** Three positions, or none. */
	aimAt: readonly number[];
	dataAt: number;
	dataLength: number;
	continuedAt?: { byte: number; mask: number };
}

/** Some scanners declare the fields of page 8C under FF8C, a page of their maker's own. */
const page = { genericDesktop: 0x01, scanner: 0x8c, makersScanner: 0xff8c } as const;
const usage = {
	byteCount: (page.genericDesktop << 16) | 0x3b,
	firstAim: (page.scanner << 16) | 0xfb,
	lastAim: (page.scanner << 16) | 0xfd,
	data: (page.scanner << 16) | 0xfe,
	continued: (page.scanner << 16) | 0xff,
} as const;

interface Item {
	/** The prefix without its two length bits. */
	tag: number;
	size: number;
	value: number;
}

/** Takes the descriptor apart; a truncated last item is left out. */
function* itemsOf(descriptor: Uint8Array): Generator<Item> {
	let at = 0;
	while (at < descriptor.length) {
		const prefix = descriptor[at]!;
		if (prefix === 0xfe) {
			at += 3 + (descriptor[at + 1] ?? 0); // long items are reserved by the standard; no device has one
			continue;
		}
		const size = [0, 1, 2, 4][prefix & 0x03]!;
		if (at + 1 + size > descriptor.length) return;
		let value = 0;
		for (let byte = size; byte > 0; byte--) value = value * 256 + descriptor[at + byte]!;
		yield { tag: prefix & 0xfc, size, value };
		at += 1 + size;
	}
}

interface Globals {
	usagePage: number;
	bits: number;
	count: number;
	reportId: number | undefined;
}

interface Field {
	usage: number | undefined;
	bit: number;
	bits: number;
	reportId: number | undefined;
}

/** Bounds what a broken or hostile device can make us hold: a full-speed interrupt report has 64 bytes. */
const mostFields = 4096;

function inputFieldsOf(descriptor: Uint8Array): Field[] {
	const fields: Field[] = [];
	const nextBit = new Map<number | undefined, number>();
	let globals: Globals = { usagePage: 0, bits: 0, count: 0, reportId: undefined };
	const kept: Globals[] = [];
	let usages: number[] = [];
	let usageFrom = 0;

	for (const { tag, size, value } of itemsOf(descriptor)) {
		// A usage of four bytes brings its own page in the upper half.
		const whole = size === 4 ? value : globals.usagePage * 0x10000 + value;
		const withPage = whole >>> 16 === page.makersScanner ? page.scanner * 0x10000 + (whole & 0xffff) : whole;
		switch (tag) {
			case 0x04:
				globals = { ...globals, usagePage: value };
				break;
			case 0x74:
				globals = { ...globals, bits: value };
				break;
			case 0x94:
				globals = { ...globals, count: value };
				break;
			case 0x84:
				globals = { ...globals, reportId: value };
				break;
			case 0xa4:
				if (kept.length < 16) kept.push(globals);
				break;
			case 0xb4:
				globals = kept.pop() ?? globals;
				break;
			case 0x08:
				if (usages.length < mostFields) usages.push(withPage);
				break;
			case 0x18:
				usageFrom = withPage;
				break;
			case 0x28:
				for (let one = usageFrom; one <= withPage && usages.length < mostFields; one++) usages.push(one);
				break;
			case 0x80: {
				const constant = (value & 0x01) !== 0;
				let bit = nextBit.get(globals.reportId) ?? 0;
				for (let n = 0; n < globals.count && n < mostFields; n++) {
					const named = constant ? undefined : usages[Math.min(n, usages.length - 1)];
					if (fields.length < mostFields) fields.push({ usage: named, bit, bits: globals.bits, reportId: globals.reportId });
					bit += globals.bits;
				}
				nextBit.set(globals.reportId, bit);
			}
		}
		// Local items live until the next main item: input, output, feature, collection and its end.
		if ([0x80, 0x90, 0xb0, 0xa0, 0xc0].includes(tag)) {
			usages = [];
			usageFrom = 0;
		}
	}
	return fields;
}

/** Undefined when the device is no HID POS scanner, such as one in keyboard mode. */
export function scannedDataLayout(descriptor: Uint8Array): ScannedDataLayout | undefined {
	const fields = inputFieldsOf(descriptor);
	const firstData = fields.find((field) => field.usage === usage.data && field.bits === 8);
	if (!firstData) return undefined;
	const { reportId } = firstData;
	const offset = reportId === undefined ? 0 : 1;
	const ours = fields.filter((field) => field.reportId === reportId);
	const byteOf = (field: Field) => offset + Math.floor(field.bit / 8);

	const count = ours.find((field) => field.usage === usage.byteCount && field.bits === 8);
	const continued = ours.find((field) => field.usage === usage.continued);
	const aim = ours.filter((field) => field.usage !== undefined && field.usage >= usage.firstAim && field.usage <= usage.lastAim);
	// Three fields of one character or one of three; a field may call itself as wide as it likes.
	const charactersOf = ({ bits }: Field): number => Math.min(3, Math.floor(bits / 8));
	const aimAt = aim.flatMap((field) => Array.from({ length: charactersOf(field) }, (_, byte) => byteOf(field) + byte)).slice(0, 3);
	return {
		...(reportId !== undefined && { reportId }),
		...(count && { countAt: byteOf(count) }),
		aimAt: aimAt.length === 3 ? aimAt : [],
		dataAt: byteOf(firstData),
		dataLength: ours.filter((field) => field.usage === usage.data).length,
		...(continued && { continuedAt: { byte: byteOf(continued), mask: 1 << (continued.bit % 8) } }),
	};
}
