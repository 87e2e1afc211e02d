import { z } from "zod";
import { scaleProtocolNames } from "./protocols.ts";
import { scaleUnits } from "./units.ts";

/** What an installer must say about a scale. */
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
	.refine((options) => options.protocol !== "hid" || options.host === undefined, {
		message: "a USB scale is plugged into this computer: use port",
		path: ["host"],
	});

export type ScaleOptions = z.infer<typeof scaleOptions>;
