import { z } from "zod";
import { labelIdOf } from "../../words/label.ts";
import { nearest } from "../nearest.ts";

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
	const digits = text.replace(/[:. -]/g, "");
	const id = labelIdOf(/^[0-9A-Fa-f]{12}$/.test(digits) ? `0000${digits}` : text);
	if (id === undefined)
		context.issues.push({ code: "custom", message: "must be 12 or 16 hex digits, such as D8:3B:DA:12:34:56", input: text });
	return id ?? text;
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

/** The schema of labels that speak this protocol, or a sentence where nothing here does. */
export function labelSchemaFor(protocol: unknown): z.ZodType | string {
	if (protocol === "oepl") return labelOptions;
	if (protocol === "opendisplay") return openDisplayOptions;
	const near = typeof protocol === "string" ? nearest(protocol, ["oepl", "opendisplay"]) : undefined;
	const said = protocol === undefined ? "" : `, not ${JSON.stringify(protocol)}${near ? `; did you mean "${near}"?` : ""}`;
	return `must have a protocol: oepl or opendisplay${said}`;
}

type OpenDisplayDevice = z.output<typeof openDisplayOptions>;
const isOpenDisplay = (device: object): device is OpenDisplayDevice => "protocol" in device && device.protocol === "opendisplay";

/** The key files of labels, each with its place in the configuration. */
export function labelKeyFiles(devices: readonly object[]): { path: (string | number)[]; file: string }[] {
	return devices.flatMap((device, at) =>
		isOpenDisplay(device)
			? device.labels.flatMap(({ keyFile }, n) =>
					keyFile === undefined ? [] : [{ path: ["devices", at, "labels", n, "keyFile"], file: keyFile }],
				)
			: [],
	);
}

/** A label that is named twice, or two labels at one address: a label obeys one client. */
export function openDisplayFaults(devices: readonly object[]): { path: (string | number)[]; sentence: string }[] {
	const numbers = new Set<string>();
	const places = new Map<string, string>();
	return devices.flatMap((device, at) => {
		if (!isOpenDisplay(device)) return [];
		return device.labels.flatMap(({ label, host, port }, n) => {
			const path = ["devices", at, "labels", n];
			const place = `${host.toLowerCase()}:${port}`;
			const other = places.get(place);
			const isTwice = numbers.has(label);
			numbers.add(label);
			places.set(place, label);
			if (isTwice) return [{ path, sentence: `label ${label} is named twice; a label obeys one connection.` }];
			return other === undefined ? [] : [{ path, sentence: `label ${label} has the address of label ${other}, ${place}.` }];
		});
	});
}
