import { z } from "zod";
import { modbusNumbers, usualRegisters } from "./protocols/modbus-rtu.ts";
import { scaleProtocolNames } from "./protocols.ts";
import { scaleUnits } from "./units.ts";

const fourHex = z.string().regex(/^[0-9A-Fa-f]{4}$/, "must be four hex digits, in quotes");
const register = z.number().int().min(0).max(65_535);
const bit = z.number().int().min(0).max(15).optional();

/** Counted from 0: what a maker's table calls 40008 is 7. */
const modbusOptions = z.strictObject({
	slave: z.number().int().min(1).max(247).default(usualRegisters.slave).meta({ description: "The transmitter's address on the bus." }),
	function: z
		.literal([3, 4])
		.default(usualRegisters.function)
		.meta({ description: "3: holding registers (40001 …), 4: input registers (30001 …)." }),
	register: register.meta({ description: "First register of the weight, counted from 0: 40008 is 7." }),
	type: z.enum(modbusNumbers).default(usualRegisters.type).meta({ description: "How the weight is written: a whole number, or a float." }),
	words: z
		.enum(["abcd", "cdab"])
		.default(usualRegisters.words)
		.meta({ description: "Of two registers, the high one first (abcd) or the low one." }),
	decimals: z.number().int().min(0).max(6).default(0).meta({ description: "Digits behind the point: 3 where 12345 means 12.345." }),
	status: z
		.strictObject({
			register: register.meta({ description: "The register of bits, counted from 0." }),
			moving: bit.meta({
				description: "Bit that says that the weight moves, 0 the lowest. Without it the weight is never taken as settled.",
			}),
			over: bit.meta({ description: "Bit of an overload." }),
			under: bit.meta({ description: "Bit of a weight below zero." }),
		})
		.optional()
		.meta({ description: "Where the transmitter says how it is." }),
});

/** Options that an installer must give for a scale. */
export const scaleOptions = z
	.strictObject({
		id: z
			.string()
			.regex(/^[a-z0-9-]{1,32}$/, "letters a-z, digits and dashes")
			.meta({ description: "Name on the sticker on the scale." }),
		family: z.literal("scale").default("scale").meta({ description: "Kind of device." }),
		protocol: z.enum(scaleProtocolNames).meta({
			description: "Language set in the scale's own menu. lines: one weight a line, sent by itself. hid: a USB scale without a driver.",
		}),
		port: z
			.string()
			.startsWith("/")
			.optional()
			.meta({ description: "Device file of a scale on a cable. Prefer the stable names of /dev/serial/by-id; /dev/hidrawN for hid." }),
		host: z.string().min(1).optional().meta({ description: "Network name or address of a scale on the LAN, instead of a port." }),
		tcpPort: z
			.number()
			.int()
			.min(1)
			.max(65535)
			.default(4305)
			.meta({ description: "TCP port of a scale on the LAN; 4305 or 8001 by make." }),
		baudRate: z
			.literal([1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200])
			.optional()
			.meta({ description: "Must match the scale's own menu. Default: as scales of this protocol leave the factory, mostly 9600." }),
		dataBits: z
			.literal([7, 8])
			.optional()
			.meta({ description: "Data bits of the line. Default: 7 for toledo-8217, nci and dialog-06, else 8." }),
		parity: z
			.enum(["none", "even", "odd"])
			.optional()
			.meta({ description: "Parity of the line. Default: even for toledo-8217 and nci, odd for dialog-06, else none." }),
		stopBits: z.literal([1, 2]).default(1).meta({ description: "Stop bits of the line." }),
		unit: z
			.enum(scaleUnits)
			.optional()
			.meta({ description: "Unit of weights that come without one. Default: g for mt-sics, lb for nci, else kg." }),
		modbus: modbusOptions.optional().meta({ description: "For modbus-rtu: the registers, from the maker's table." }),
		challenge: z
			.strictObject({
				left: fourHex.meta({ description: "The number that is rotated to the left." }),
				right: fourHex.meta({ description: "The number that is rotated to the right." }),
			})
			.optional()
			.meta({ description: "For dialog-06: the two numbers of the approved program that the scale asks for, as in its papers." }),
		askEveryMs: z.number().int().min(50).max(5000).default(200).meta({ description: "How often the scale is asked for its weight." }),
		silentAfterMs: z
			.number()
			.int()
			.min(500)
			.max(60_000)
			.default(3000)
			.meta({ description: "Silence after which somebody is told to look at the scale." }),
	})
	.refine((options) => (options.port === undefined) !== (options.host === undefined), {
		message: "a scale is on a port or on a host: name exactly one of them",
		path: ["port"],
	})
	.refine((options) => (options.protocol === "modbus-rtu") === (options.modbus !== undefined), {
		message: "modbus-rtu needs the registers under modbus, and no other protocol has them",
		path: ["modbus"],
	})
	.refine((options) => options.challenge === undefined || options.protocol === "dialog-06", {
		message: "only dialog-06 asks for it; leave it out",
		path: ["challenge"],
	})
	.refine((options) => options.protocol !== "hid" || options.host === undefined, {
		message: "a USB scale is plugged into this computer: use port",
		path: ["host"],
	});

export type ScaleOptions = z.infer<typeof scaleOptions>;
