import { z } from "zod";

const deviceId = z.string().regex(/^[a-z0-9-]{1,32}$/, "must be small letters, digits and hyphens, at most 32");
const tcpPort = z.number().int().min(0).max(65_535);

/** Base stations that speak the OpenEPaperLink peer protocol; the gateway joins them as an access point without a radio. */
export const labelOptions = z.strictObject({
	id: deviceId.meta({ description: "Name of this group of base stations." }),
	family: z.literal("label").meta({ description: "What kind of device this is." }),
	protocol: z.literal("oepl").meta({ description: "OpenEPaperLink access points, over UDP and HTTP." }),
	bind: z
		.string()
		.default("0.0.0.0")
		.meta({ description: "Address of the network card the access points are on. They have no password: give them a VLAN of their own." }),
	port: tcpPort.default(16_033).meta({ description: "UDP port of the peer protocol." }),
	group: z
		.string()
		.nullable()
		.default("239.10.0.1")
		.meta({ description: "Multicast group of the access points (their setting discovery=0); null to name `peers` instead." }),
	peers: z
		.array(
			z.strictObject({
				address: z.string().meta({ description: "Its address." }),
				port: tcpPort.meta({ description: "Its UDP port, usually 16033." }),
			}),
		)
		.default([])
		.meta({ description: "Access points that multicast does not reach, by address and port." }),
	accessPoints: z
		.array(z.union([z.ipv4(), z.ipv6()]))
		.default([])
		.meta({
			description:
				"Addresses of the access points in the multicast group. Only these and `peers` are heard and given pictures; others are counted " +
				"and named in an alarm.",
		}),
	getdataPort: tcpPort.default(80).meta({ description: "TCP port on which pictures are fetched from us. Access points always use 80." }),
	maxPendingPerAccessPoint: z
		.number()
		.int()
		.min(1)
		.max(120)
		.default(100)
		.meta({ description: "Pictures offered at a time; above 127 the radio's firmware writes outside its table." }),
	silentAfterMinutes: z.number().positive().default(30).meta({ description: "Silence after which a label counts as out of contact." }),
});

/** Twelve digits are the label's own hardware address, as its announcement and its screen show it. */
const labelNumber = z.string().transform((text, context) => {
	const digits = text.replace(/[:. -]/g, "").toUpperCase();
	if (/^([0-9A-F]{12}|[0-9A-F]{16})$/.test(digits)) return digits.padStart(16, "0");
	context.issues.push({ code: "custom", message: "must be 12 or 16 hex digits, such as D8:3B:DA:12:34:56", input: text });
	return text;
});

const plainPort = 2_446;
const tlsPort = 2_447;

const address = z
	.strictObject({
		label: labelNumber.meta({
			description: "Its number: the 12 hex digits of its hardware address, or 16 digits of the store's own that stand in its settings.",
		}),
		host: z
			.string()
			.regex(/^[\w.:-]{1,253}$/, "must be an address or a name in the network")
			.meta({ description: "Its address; give it a fixed one in the router." }),
		port: z
			.number()
			.int()
			.min(1)
			.max(65_535)
			.optional()
			.meta({ description: `Its TCP port. Default: ${plainPort}, with \`keyFile\` ${tlsPort}.` }),
		keyFile: z.string().optional().meta({
			description: "File of mode 0600 with the label's key, 32 hex digits: the link is then TLS. Default: none, and nothing is encrypted.",
		}),
	})
	.transform(({ port, ...rest }) => ({ ...rest, port: port ?? (rest.keyFile === undefined ? plainPort : tlsPort) }));

/** Labels of OpenDisplay on the store's network, each reached at its own address. */
export const openDisplayOptions = z.strictObject({
	id: deviceId.meta({ description: "Name of this group of labels." }),
	family: z.literal("label").meta({ description: "What kind of device this is." }),
	protocol: z.literal("opendisplay").meta({ description: "Labels of OpenDisplay, over TCP." }),
	labels: z.array(address).min(1).max(2_000).meta({ description: "The labels, one line each." }),
	soleClient: z
		.boolean()
		.default(false)
		.meta({
			description:
				"Whether nothing else draws on these labels, no app and no other program: a lost link alone is then no reason to send a picture " +
				"again.",
		}),
	silentAfterMinutes: z.number().positive().default(30).meta({ description: "Silence after which a label counts as out of contact." }),
});
