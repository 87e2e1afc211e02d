import { z } from "zod";
import { longestLine } from "../transport/lines.ts";
import { scannerEncodings } from "./characters.ts";
import { type RcnRule, rcnPresets } from "./gs1/rcn.ts";
import { usualSerialScanner } from "./serial.ts";
import { signalProtocols } from "./signal.ts";
import { keyboardLayouts } from "./wedge/layouts.ts";
import { wedgeSuffixes } from "./wedge/typed-port.ts";

/** Bytes as an installer writes them: "\\x02" and "\\t" stand for what cannot be typed. */
const bytesText = (most: number) =>
	z
		.string()
		.regex(/^(?:\\x[0-9A-Fa-f]{2}|\\[tnr\\]|[^\\])+$/, "must be text, with \\x02, \\t, \\r and \\n for what cannot be typed")
		.transform((text) =>
			text.replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
				hex === undefined ? ({ t: "\t", n: "\n", r: "\r" }[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
			),
		)
		.refine((text) => text.length <= most, `must be at most ${most} characters`);

const country = z.enum(Object.keys(rcnPresets) as [string, ...string[]], {
	error: `must be one of the countries ${Object.keys(rcnPresets).join(", ")}, or a list of rules`,
});

const rcnRule = z
	.strictObject({
		prefix: z
			.string()
			.regex(/^(0[24]|[24]\d)\d{0,6}$/, "must be the first digits of such a label, 02, 04, 20 to 29 or 40 to 49; in quotes")
			.meta({ description: "First digits of the labels it is about; the longest that fits counts." }),
		measure: z
			.enum(["weight", "price", "count"])
			.meta({ description: "What stands in the label: kilograms, the price to pay, or pieces." }),
		pattern: z
			.string()
			.regex(/^P+[PVCX]{0,10}V[PVCX]*$/, "must be made of P, V, C and X, and begin with P")
			.refine((pattern) => pattern.length === 12, "must have twelve letters, one for each digit before the check digit")
			.refine(
				(pattern) => !pattern.includes("C") || [4, 5].includes(pattern.replace(/[^V]/g, "").length),
				"needs four or five V beside a C",
			)
			.meta({ description: "One letter a digit: P article (its prefix too), V value, C check digit over the value, X ignored." }),
		decimals: z.number().int().min(0).max(6).meta({ description: "Digits behind the point in the value: 3 for kilograms and grams." }),
	})
	.refine(({ prefix, pattern }) => pattern.startsWith("P".repeat(prefix.length)), {
		error: "must be P where the prefix is",
		path: ["pattern"],
	});

/** How codes are read, for the whole store or for one scanner. */
export const readingOptions = {
	variableMeasure: z
		.union([country, z.array(z.union([country, rcnRule])).min(1)], { error: "must be a country or a list of countries and rules" })
		.optional()
		.meta({
			description: "How weight and price labels are built: a country, such as de, or a list of countries and own rules.",
		}),
	checkVariableMeasure: z.boolean().optional().meta({
		description:
			"Whether the check digit over the value must be right; many scales print any digit. Default: false: a wrong one is a doubt.",
	}),
	domain: z
		.string()
		.regex(/^[a-z0-9.-]+$/, "must be a domain in small letters")
		.optional()
		.meta({ description: "Only GS1 Digital Links of this domain, and of id.gs1.org, are read as goods. Default: those of any." }),
	currencyDecimals: z
		.number()
		.int()
		.min(0)
		.max(4)
		.optional()
		.meta({ description: "Digits behind the point of the store's money, for prices inside codes. Default: 2." }),
	gs: bytesText(3)
		.optional()
		.meta({ description: 'What the scanner sends instead of GS, the separator in GS1 codes, such as "|" or " ".' }),
};

/** The purposes of a scanner's scans. */
const scanModes = ["lookup", "bind", "audit", "pick", "receive", "count", "coupon"] as const;
export const scanModeOptions = {
	mode: z
		.enum(scanModes)
		.default("lookup")
		.meta({
			description:
				"What a scan is for. lookup: the article and its price. bind: a label, then its article. audit: whether the article's labels show " +
				"its price. pick: goods for an online order. receive: goods that came in. count: the same article again and again, then another. " +
				"coupon: a customer's coupon, redeemed at once, or for the till's basket whose code is scanned before it.",
		}),
	modes: z.array(z.enum(scanModes)).default([]).meta({
		description: "Modes to which the codes GONDOLA-MODE-COUNT, -RECEIVE … switch it, until nothing is scanned for modeSeconds. None: none.",
	}),
	modeSeconds: z.number().int().min(10).max(3_600).default(120).meta({
		description: "A mode that was switched to, and whatever waits for one more scan, ends after so long without a scan.",
	}),
};

export interface Reading {
	variableMeasure?: RcnRule[];
	checkVariableMeasure?: boolean;
	domain?: string;
	currencyDecimals?: number;
	gs?: string;
}

type ReadingOptions = { [Name in keyof typeof readingOptions]?: z.output<(typeof readingOptions)[Name]> };

/** The settings with the rules of countries in full, the chain's own first. */
export function readingOf({ variableMeasure, checkVariableMeasure, domain, currencyDecimals, gs }: ReadingOptions): Reading {
	const list = variableMeasure === undefined ? undefined : typeof variableMeasure === "string" ? [variableMeasure] : variableMeasure;
	const own = list?.flatMap((one) => (typeof one === "string" ? [] : [one]));
	const usual = list?.flatMap((one) => (typeof one === "string" ? (rcnPresets[one] ?? []) : []));
	return {
		...(own && usual && { variableMeasure: [...own, ...usual] }),
		...(checkVariableMeasure !== undefined && { checkVariableMeasure }),
		...(domain !== undefined && { domain }),
		...(currencyDecimals !== undefined && { currencyDecimals }),
		...(gs !== undefined && { gs }),
	};
}

/** Options that an installer must give for a scanner. */
export const scannerOptions = z
	.strictObject({
		id: z
			.string()
			.regex(/^[a-z0-9-]{1,32}$/, "must be small letters, digits and hyphens, at most 32")
			.meta({ description: "Name on the sticker on the scanner." }),
		family: z.literal("scanner").meta({ description: "What kind of device this is." }),
		protocol: z
			.enum(["serial", "ssi", "dechdr1", "hid-pos", "wedge"])
			.default("serial")
			.meta({
				description:
					"serial: RS-232, USB virtual COM port or a network terminal server. ssi: the same with Zebra's SSI packets. dechdr1: the same " +
					"with Honeywell's decode header (DECHDR1). hid-pos: USB, mode HID POS. wedge: it types like a keyboard; the poorest way, where " +
					"the scanner knows no other.",
			}),
		port: z
			.string()
			.startsWith("/", "must be a device file, such as /dev/serial/by-id/…")
			.optional()
			.meta({
				description:
					"Device file. Prefer the stable names under /dev/serial/by-id; ttyUSB0 changes with the order of plugging in. For wedge always one " +
					"under /dev/input/by-id or by-path, so that no other keyboard is ever taken.",
			}),
		host: z
			.string()
			.regex(/^[^\s:/]+:\d{1,5}$/, "must be address and port, such as 10.0.0.7:4001")
			.optional()
			.meta({ description: "Address and TCP port of a terminal server that the scanner hangs on, instead of a device file." }),
		baudRate: z
			.literal([1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200])
			.default(9600)
			.meta({ description: "Must match the scanner's setup sheet. Without meaning on USB virtual COM ports." }),
		dataBits: z.literal([7, 8]).default(8).meta({ description: "Data bits of the serial line." }),
		parity: z.enum(["none", "even", "odd"]).default("none").meta({ description: "Parity of the serial line." }),
		stopBits: z.literal([1, 2]).default(1).meta({ description: "Stop bits of the serial line." }),
		rtscts: z.boolean().default(false).meta({ description: "Hardware flow control; the cable must have the wires." }),
		suffix: z.enum(["any", "cr", "crlf", "lf", "tab", "etx", "none"]).default(usualSerialScanner.suffix).meta({
			description: "What the scanner sends after a code. any: CR or LF. etx: STX before and ETX after it. none: silence ends a code.",
		}),
		prefix: bytesText(32).optional().meta({ description: 'What the scanner sends before each code, such as "\\x02" or "A1".' }),
		encoding: z
			.enum(scannerEncodings)
			.default("auto")
			.meta({ description: "Characters of codes that are not ASCII. auto: UTF-8, else Latin-1." }),
		...readingOptions,
		...scanModeOptions,
		idleGapMs: z
			.number()
			.int()
			.min(20)
			.max(5_000)
			.default(usualSerialScanner.idleGapMs)
			.meta({ description: "Silence that ends a code when no suffix came." }),
		layout: z.enum(keyboardLayouts).default("us").meta({
			description: "The country of the keyboard that a scanner with protocol wedge is set to be; leave it at us in both where you can.",
		}),
		signal: z
			.enum(["off", "refused"])
			.default("off")
			.meta({
				description:
					"refused: the scanner beeps when what was scanned is refused, by its mode or as a payment card. For ssi, and for Honeywell scanners " +
					"with dechdr1 or hid-pos.",
			}),
		aim: z
			.enum(["auto", "on", "off"])
			.default(usualSerialScanner.aim)
			.meta({ description: "Whether codes begin with an AIM identifier, such as ]E0. Switch it on in the scanner if you can." }),
		maxLength: z
			.number()
			.int()
			.min(16)
			.max(longestLine)
			.default(usualSerialScanner.maxLength)
			.meta({ description: "Longest code in bytes; anything longer is noise." }),
	})
	.refine((options) => (options.port === undefined) !== (options.host === undefined), {
		error: "needs either port or host, and not both",
		path: ["port"],
	})
	.refine((options) => options.protocol !== "hid-pos" || options.host === undefined, {
		error: "a HID POS scanner is plugged into this computer: use port",
		path: ["host"],
	})
	.superRefine(wedgeRules)
	.superRefine((options, context) => {
		const line = { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, rtscts: false } as const;
		const framed = { suffix: usualSerialScanner.suffix, aim: usualSerialScanner.aim } as const;
		const { idleGapMs } = usualSerialScanner;
		const without = {
			serial: {},
			ssi: framed,
			dechdr1: framed,
			"hid-pos": { ...line, ...framed, idleGapMs },
			wedge: { ...line, encoding: "auto" },
		}[options.protocol];
		for (const [name, usual] of Object.entries(without)) {
			if (options[name as keyof typeof options] === usual) continue;
			context.addIssue({ code: "custom", path: [name], message: `means nothing with protocol ${options.protocol}; leave it out` });
		}
		if (options.signal !== "off" && !signalProtocols.some((protocol) => protocol === options.protocol))
			context.addIssue({ code: "custom", path: ["signal"], message: `means nothing with protocol ${options.protocol}; leave it out` });
		if ((options.protocol === "ssi" || options.protocol === "dechdr1") && options.prefix !== undefined)
			context.addIssue({ code: "custom", path: ["prefix"], message: `means nothing with protocol ${options.protocol}; leave it out` });
	});

type Context = { addIssue(issue: { code: "custom"; path: string[]; message: string }): void };

/** A keyboard that nobody named is never taken: a number such as event3 may be another one tomorrow. */
function wedgeRules(
	options: { protocol: string; port?: string | undefined; host?: string | undefined; suffix: string; layout: string },
	{ addIssue }: Context,
): void {
	const say = (path: string, message: string): void => addIssue({ code: "custom", path: [path], message });
	if (options.protocol !== "wedge") {
		if (options.layout !== "us") say("layout", `means nothing with protocol ${options.protocol}; leave it out`);
		return;
	}
	if (options.host !== undefined) say("host", "a scanner that types is plugged into this computer: use port");
	else if (!/^\/dev\/input\/by-(id|path)\/[^/]+$/.test(options.port ?? ""))
		say("port", "must be a stable name under /dev/input/by-id/ or /dev/input/by-path/: ls -l /dev/input/by-id shows them");
	if (!(wedgeSuffixes as readonly string[]).includes(options.suffix))
		say("suffix", `must be one of ${wedgeSuffixes.join(", ")} with protocol wedge`);
}

export type ScannerOptions = z.output<typeof scannerOptions>;
