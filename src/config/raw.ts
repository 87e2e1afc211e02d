import { z } from "zod";

export const tcpPort = z.number().int().min(0).max(65_535);

export const tillsHeardAt = z.string().default("0.0.0.0").meta({ description: "Address on which tills are heard." });
export const tillsAllowed = z
	.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
	.min(1)
	.meta({ description: "Addresses and networks of the tills; others are refused." });

/** Tills that print by sending ESC/POS to port 9100. */
export const rawOptions = z
	.strictObject({
		host: tillsHeardAt,
		allow: tillsAllowed,
		printers: z
			.record(z.string(), tcpPort)
			.refine((printers) => Object.keys(printers).length > 0, "must name at least one printer")
			.meta({ description: "The TCP port of each printer, such as printer-1: 9100. Only printers that speak esc-pos." }),
	})
	.optional()
	.meta({
		description: "For tills that print by sending ESC/POS to port 9100: their slips go through the queue of this store's printers.",
	});
