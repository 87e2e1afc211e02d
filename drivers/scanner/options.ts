import { z } from "zod";
import { longestLine } from "../transport/lines.ts";
import { usualSerialScanner } from "./serial.ts";

/** What an installer must say about a scanner. */
export const scannerOptions = z
	.strictObject({
		id: z
			.string()
			.regex(/^[a-z0-9-]{1,32}$/, "must be small letters, digits and hyphens, at most 32")
			.meta({ description: "Name on the sticker on the scanner." }),
		family: z.literal("scanner").meta({ description: "What kind of device this is." }),
		protocol: z
			.enum(["serial", "hid-pos"])
			.default("serial")
			.meta({ description: "serial: RS-232, USB virtual COM port or a network terminal server. hid-pos: USB, mode HID POS." }),
		port: z.string().startsWith("/", "must be a device file, such as /dev/serial/by-id/…").optional().meta({
			description: "Device file. Prefer the stable names under /dev/serial/by-id; ttyUSB0 changes with the order of plugging in.",
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
		suffix: z
			.enum(["any", "cr", "crlf", "lf", "none"])
			.default(usualSerialScanner.suffix)
			.meta({ description: "What the scanner sends after a code. none: silence ends a code." }),
		idleGapMs: z
			.number()
			.int()
			.min(20)
			.max(5_000)
			.default(usualSerialScanner.idleGapMs)
			.meta({ description: "Silence that ends a code when no suffix came." }),
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
	.refine((options) => options.protocol === "serial" || options.host === undefined, {
		error: "a HID POS scanner is plugged into this computer: use port",
		path: ["host"],
	});

export type ScannerOptions = z.output<typeof scannerOptions>;
