import { z } from "zod";

/** What an installer must say about a scale. */
export const scaleOptions = z
	.strictObject({
		id: z
			.string()
			.regex(/^[a-z0-9-]{1,32}$/, "letters a-z, digits and dashes")
			.meta({ description: "Name on the sticker on the scale." }),
		family: z.literal("scale").default("scale").meta({ description: "Kind of device." }),
		protocol: z
			.literal("mt-sics")
			.meta({ description: "Language set in the scale's own menu; MT-SICS is Mettler-Toledo's, and many others speak it." }),
		port: z
			.string()
			.startsWith("/")
			.optional()
			.meta({ description: "Device file of a scale on a cable. Prefer the stable names of /dev/serial/by-id." }),
		host: z.string().min(1).optional().meta({ description: "Network name or address of a scale on the LAN, instead of a port." }),
		tcpPort: z
			.number()
			.int()
			.min(1)
			.max(65535)
			.default(4305)
			.meta({ description: "TCP port of a scale on the LAN; 4305 or 8001 by make." }),
		baudRate: z
			.literal([2400, 4800, 9600, 19200, 38400, 57600, 115200])
			.default(9600)
			.meta({ description: "Must match the scale's own menu." }),
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
	});

export type ScaleOptions = z.infer<typeof scaleOptions>;
