import { z } from "zod";
import { fiscalOptions } from "../../drivers/fiscal/options.ts";
import { labelOptions, openDisplayOptions } from "../../drivers/label/options.ts";
import { labelPrinterOptions, printerOptions } from "../../drivers/printer/options.ts";
import { scaleOptions } from "../../drivers/scale/options.ts";
import { readingOptions, scanModeOptions, scannerOptions } from "../../drivers/scanner/options.ts";
import { profileNames } from "../broker/profiles/names.ts";
import { weightUnits } from "../broker/routing/mapping.ts";
import { isLocale } from "../words/settings/from-head-office.ts";
import { isTimeZone } from "../words/time.ts";
import { backupOptions } from "./backup.ts";
import { coldChain } from "./cold-chain.ts";
import { country } from "./country.ts";
import { homeAssistant } from "./devices/home-assistant.ts";
import { labelSchemaFor } from "./devices/labels.ts";
import { nearest } from "./nearest.ts";
import { rawOptions, tcpPort, tillsAllowed, tillsHeardAt } from "./raw.ts";
import { replicaOptions } from "./replica.ts";
import { returns } from "./returns.ts";
import { shelfPlan } from "./shelf-plan.ts";

const name = z.string().regex(/^[a-z0-9_-]{1,32}$/, "must be small letters, digits, _ and -, at most 32");
const deviceId = z.string().regex(/^[a-z0-9-]{1,32}$/, "must be small letters, digits and hyphens, at most 32");
const loopback = "127.0.0.1";

const profile = z.enum(profileNames).meta({
	description:
		"Its firmware, whose topics, presence and payloads are then known: every sensor of it is listed, and its account may use these topics. " +
		"`topic` is then the firmware's base topic.",
});
const sensor = z
	.string()
	.min(1)
	.max(256)
	.meta({ description: "With a profile: which of the board's sensors this is, as `devices/{id}` lists them. Default: the only one." });

/** A board or bridge that is neither a scale nor a scanner; family and protocol may be left out. */
export const mqttSensor = z.strictObject({
	id: deviceId.meta({ description: "The device's name on the broker, and on its sticker." }),
	family: z.literal("sensor").default("sensor").meta({ description: "What kind of device this is." }),
	protocol: z.literal("mqtt").default("mqtt").meta({ description: "A device that publishes." }),
	profile,
	topic: z
		.string()
		.min(1)
		.max(256)
		.optional()
		.meta({
			description:
				"The firmware's base topic: Tasmota's Topic, ESPHome's topic_prefix, zigbee2mqtt's base_topic, Shelly's prefix, " +
				"Sparkplug's group/node. Default: the id; of zigbee2mqtt its own.",
		}),
});
export const mqttScale = z.strictObject({
	id: deviceId.meta({ description: "The device's name on the broker, and on its sticker." }),
	family: z.literal("scale").meta({ description: "What kind of device this is." }),
	protocol: z.literal("mqtt").meta({ description: "A weight sensor that publishes." }),
	topic: z
		.string()
		.optional()
		.meta({ description: "Its own topic, if its firmware has one, such as tele/shelf-7/SENSOR. Default: gondola/1/d/{id}/t/weight." }),
	path: z
		.string()
		.optional()
		.meta({ description: "Where the weight is in its JSON, such as HX711.WeightRaw. Default: the payload is a plain number." }),
	presence: z
		.string()
		.optional()
		.meta({ description: "Topic of its own last will (Online/Offline), if its firmware has one, such as tele/shelf-7/LWT." }),
	profile: profile.optional(),
	sensor: sensor.optional(),
	unit: z.enum(weightUnits).default("g").meta({ description: "Unit of that number." }),
	settled: z.string().optional().meta({
		description: "Where its JSON says that the weight has settled, such as HX711.Stable. Default: the shelf finds out by itself.",
	}),
	silentAfterMinutes: z
		.number()
		.positive()
		.max(1_440)
		.optional()
		.meta({ description: "Silence after which somebody is told to look at it. Default: by its own pace, five minutes to an hour." }),
});
export const mqttScanner = z.strictObject({
	id: deviceId.meta({ description: "The device's name on the broker, and on its sticker." }),
	family: z.literal("scanner").meta({ description: "What kind of device this is." }),
	protocol: z.literal("mqtt").meta({ description: "A scanner that publishes its scans." }),
	topic: z.string().optional().meta({ description: "Its own topic, if its firmware has one. Default: gondola/1/d/{id}/e/scan." }),
	presence: z
		.string()
		.optional()
		.meta({ description: "Topic of its own last will (Online/Offline), if its firmware has one, such as tele/shelf-7/LWT." }),
	path: z.string().optional().meta({ description: "Where the code is in its JSON. Default: the payload is the code." }),
	profile: profile.optional(),
	sensor: sensor.optional(),
	...readingOptions,
	...scanModeOptions,
});

const device = z.union([
	mqttSensor,
	mqttScale,
	mqttScanner,
	scannerOptions,
	scaleOptions,
	printerOptions,
	labelPrinterOptions,
	labelOptions,
	openDisplayOptions,
	fiscalOptions,
]);
export type DeviceOptions = z.output<typeof device>;

const pieceMilligrams = z
	.number()
	.int()
	.positive()
	.optional()
	.meta({ description: "Weight of one piece. Default: what HQ says of the article." });

const shelf = z
	.strictObject({
		id: deviceId.meta({ description: "Name of the shelf, as on the plan." }),
		scale: deviceId.meta({ description: "The scale or weight sensor under it." }),
		sku: z.string().min(1).meta({ description: "What stands on it." }),
		pieceMilligrams,
		others: z
			.array(
				z.strictObject({
					sku: z.string().min(1).meta({ description: "What stands on it too." }),
					pieceMilligrams,
				}),
			)
			.max(3)
			.default([])
			.meta({
				description:
					"Further articles on the same plate. What only one number of pieces explains is a pick or put-back of these articles; where several " +
					"do, a person is told what it may have been. Articles of nearly the same weight are asked about again and again.",
			}),
		loose: z.boolean().default(false).meta({ description: "Loose goods: counted in grams, not in pieces." }),
		toleranceMilligrams: z
			.number()
			.int()
			.positive()
			.max(10_000_000)
			.optional()
			.meta({
				description:
					"What the plate may be wrong by between two moments of rest. Default: 2 g where a piece is known, else 10 g; more where the " +
					"weight is seen to flicker.",
			}),
		pieceSpread: z
			.number()
			.positive()
			.max(0.4)
			.optional()
			.meta({ description: "How much one piece differs from the next, as a share of its weight. Default: 0.03." }),
		capacityPieces: z
			.number()
			.int()
			.positive()
			.optional()
			.meta({ description: "More pieces cannot stand here: a sum above it asks for a count." }),
		restocking: z
			.boolean()
			.default(false)
			.meta({ description: "Whether this shelf is only filled by staff: what is put on it is reported as restocked." }),
		settleMs: z
			.number()
			.int()
			.min(100)
			.max(5_000)
			.optional()
			.meta({
				description:
					"How long a weight must hold to be believed. Default: 300 where the scale says that it is at rest, else 600; longer for " +
					"sensors that report seldom.",
			}),
		posts: z
			.boolean()
			.default(false)
			.meta({ description: "Whether a pick or put-back changes the stock by itself; otherwise it is only reported." }),
	})
	.superRefine(({ sku, others, loose, capacityPieces }, { addIssue }) => {
		const say = (path: (string | number)[], message: string): void => addIssue({ code: "custom", path, message });
		const skus = [sku, ...others.map((other) => other.sku)];
		for (const [at, each] of skus.entries())
			if (at > 0 && skus.indexOf(each) < at) say(["others", at - 1, "sku"], "stands on this shelf already");
		if (others.length === 0) return;
		if (loose) say(["loose"], "means nothing with others; leave it out");
		if (capacityPieces !== undefined) say(["capacityPieces"], "means nothing with others; leave it out");
	})
	.meta({ description: "A weighing shelf." });

/** The family is checked first, so that a wrong key is reported for the right kind of device. */
const deviceList = z.array(z.unknown()).transform((items, context) =>
	items.flatMap((item, index) => {
		const schema = schemaFor(item);
		if (typeof schema === "string") {
			context.issues.push({ code: "custom", message: schema, path: [index], input: item });
			return [];
		}
		const read = schema.safeParse(item);
		if (read.success) return [read.data as DeviceOptions];
		for (const issue of read.error.issues) context.issues.push({ ...issue, path: [index, ...issue.path], input: item } as never);
		return [];
	}),
);

function schemaFor(item: unknown): z.ZodType | string {
	const { family, protocol, profile: named } = (item ?? {}) as { family?: unknown; protocol?: unknown; profile?: unknown };
	if (family === "sensor" || (family === undefined && named !== undefined)) return mqttSensor;
	if (family === "label") return labelSchemaFor(protocol);
	if (family === "fiscal") return fiscalOptions;
	if (family === "printer") return protocol === "zpl" ? labelPrinterOptions : printerOptions;
	if (family === "scanner") return protocol === "mqtt" ? mqttScanner : scannerOptions;
	if (family === "scale") return protocol === "mqtt" ? mqttScale : scaleOptions;
	const near = typeof family === "string" ? nearest(family, ["scanner", "scale", "printer", "label", "fiscal", "sensor"]) : undefined;
	return family === undefined
		? "must have a family: scanner, scale, printer or label"
		: `must have a family: scanner, scale, printer or label, not ${JSON.stringify(family)}${near ? `; did you mean "${near}"?` : ""}`;
}

const most = (most: number, usual: number, description: string) => z.number().int().min(1).max(most).default(usual).meta({ description });
const brokerLimits = z
	.strictObject({
		connections: most(20_000, 2_000, "Clients at a time."),
		payloadBytes: most(1_048_576, 262_144, "Largest message; 1 MiB at least where a device has the profile zigbee2mqtt."),
		publishesPerSecond: most(1_000_000, 10_000, "Messages of one client, for longer than a moment."),
		queuedMessages: most(1_000_000, 10_000, "Messages that wait for one absent client; the oldest leaves first, and is counted."),
		subscriptionsPerClient: most(10_000, 200, "Subscriptions of one client."),
		serverKeepAliveSeconds: z.number().int().min(0).max(65_535).default(0).meta({
			description:
				"Longest keep-alive of a client of MQTT 5, in seconds; one that asks for more, or for none, is told this. 0: its own counts.",
		}),
		sessionDays: most(365, 7, "A client that stays away longer is forgotten with everything that waits for it."),
		connectBurst: most(100_000, 500, "Connections from one address at once."),
		connectsPerSecond: most(10_000, 20, "Connections from one address after that."),
	})
	.prefault({});

export const configSchema = z.strictObject({
	store: name.meta({ description: "The store's number or name, as HQ writes it." }),
	tenant: name.default("main").meta({ description: "Whose stores these are, when one HQ serves several chains." }),
	data: z.string().default("/var/lib/gondola").meta({ description: "Directory of the ledger. Everything the store knows is here." }),
	country,
	returns,
	locale: z
		.string()
		.refine(isLocale, "must be a language that numbers and dates can be written in, such as en, de-AT or zh-CN")
		.default("en")
		.meta({ description: "Language of labels, receipts and messages: en, zh-CN, de, hr …" }),
	timeZone: z.string().refine(isTimeZone, "must be a place of the time zone database, such as Europe/Zagreb").optional().meta({
		description: "Where the store is, such as Europe/Zagreb: for each date that labels and receipts show. Default: the machine's own.",
	}),
	hq: z
		.strictObject({
			url: z.url({ protocol: /^(mqtt|mqtts|ws|wss)$/ }).meta({ description: "MQTT broker through which HQ is reached." }),
			username: z.string().optional().meta({ description: "Account on that broker." }),
			passwordFile: z.string().optional().meta({ description: "File that holds its password, such as a systemd credential." }),
			caFile: z.string().optional().meta({ description: "Who signs the broker's certificate, PEM. Default: whom the system trusts." }),
			certFile: z.string().optional().meta({ description: "Certificate by which this box is let in, PEM." }),
			keyFile: z.string().optional().meta({ description: "Its private key, PEM." }),
		})
		.optional()
		.meta({ description: "The line to head office. Without it the store stands alone." }),
	broker: z
		.strictObject({
			host: z.string().default(loopback).meta({ description: "Address on which devices reach the store's MQTT broker." }),
			port: tcpPort.default(1883).meta({ description: "Its TCP port." }),
			plain: z.boolean().default(true).meta({
				description: "Whether that port without TLS is open. With `tls`, false closes it, and puts WebSocket under TLS too.",
			}),
			accountsFile: z
				.string()
				.optional()
				.meta({
					description:
						"Accounts of devices, tills and screens, with scrypt hashes; `gondola accounts` edits them, and the file is read again when it " +
						"changes. The user that runs Gondola must be able to write it, or devices cannot be paired. Default: accounts.json in `data`.",
				}),
			anonymousLoopback: z.boolean().default(false).meta({ description: "Whether clients on this very machine need no account." }),
			tls: z
				.strictObject({
					port: tcpPort.default(8883).meta({ description: "TCP port of the TLS listener." }),
					certFile: z.string().meta({ description: "Certificate of this box, PEM." }),
					keyFile: z.string().meta({ description: "Its private key, PEM." }),
					caFile: z.string().optional().meta({ description: "Who signs the devices' certificates, PEM." }),
				})
				.optional()
				.meta({ description: "TLS listener; with caFile, devices may identify themselves by certificate." }),
			websocket: z
				.strictObject({ port: tcpPort.meta({ description: "Its TCP port." }) })
				.optional()
				.meta({ description: "MQTT over WebSocket." }),
			limits: brokerLimits.meta({ description: "What one client, and all of them together, may ask of the broker." }),
		})
		.prefault({})
		.meta({ description: "The MQTT broker of the store's own network." }),
	desk: z
		.strictObject({
			host: z
				.string()
				.default(loopback)
				.meta({ description: "Address of the cockpit and the HTTP API; 0.0.0.0 for every network of this box." }),
			port: tcpPort.default(8080).meta({ description: "Its TCP port: TLS, and plain HTTP from this very machine." }),
			tokenFile: z
				.string()
				.optional()
				.meta({ description: "File that holds a token with a technician's rights, mode 0600. Others are made with `gondola token add`." }),
			tls: z
				.strictObject({
					certFile: z.string().meta({ description: "Certificate of this box, with its chain, PEM. Read again when it is replaced." }),
					keyFile: z.string().meta({ description: "Its private key, PEM, mode 0600." }),
				})
				.optional()
				.meta({ description: "Certificate of the desk. Default: one made by the box itself at its first start." }),
			names: z
				.array(z.string().regex(/^[a-z0-9.:-]{1,253}$/, "must be a name or an address in small letters"))
				.default([])
				.meta({ description: "Further names this box goes by in the store's network, such as gondola.store-17.example." }),
			trustedProxy: z
				.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
				.default([])
				.meta({ description: "Addresses of proxies before the desk that end TLS and say where a request came from." }),
		})
		.prefault({})
		.meta({ description: "Cockpit page and HTTP API." }),
	epos: z
		.strictObject({
			host: tillsHeardAt,
			ports: z
				.array(tcpPort)
				.min(1)
				.max(4)
				.default([80, 443])
				.meta({ description: "TCP ports; each takes TLS and plain HTTP. Tills without a field for the port use 80 or 443." }),
			allow: tillsAllowed,
			origins: z
				.array(z.string().regex(/^https?:\/\/[^/\s]+$/, "must be an origin such as https://shop.example"))
				.default([])
				.meta({ description: "Origins of browser tills that may print. A page of any other origin is refused." }),
			printers: z
				.record(z.string().regex(/^[\w.-]{1,64}$/, "letters, digits, dots, dashes and underscores"), z.string())
				.refine((printers) => Object.keys(printers).length > 0, "must name at least one printer")
				.meta({ description: "Which printer answers to which device id of a till; tills ask for local_printer unless told otherwise." }),
		})
		.optional()
		.meta({
			description: "For tills that know Epson printers (ePOS-Print): their receipts go through the queue of this store's printers.",
		}),
	raw: rawOptions,
	devices: deviceList.default([]).meta({ description: "Scanners, scales, printers and label base stations." }),
	scanning: z
		.strictObject(readingOptions)
		.prefault({})
		.meta({ description: "How scanned codes are read; a scanner may have settings of its own." }),
	shelves: z.array(shelf).default([]).meta({ description: "Which scale carries which article." }),
	shelfPlan,
	coldChain,
	homeAssistant,
	faces: z
		.strictObject({
			directory: z
				.string()
				.optional()
				.meta({ description: "Directory of the store's own label faces; default: the ones that come with Gondola." }),
			workers: z.number().int().min(1).max(8).default(1).meta({ description: "Threads that draw label pictures." }),
		})
		.prefault({})
		.meta({ description: "How labels look." }),
	alarms: z
		.strictObject({
			labelPendingMinutes: z
				.number()
				.positive()
				.default(15)
				.meta({ description: "A label that waits longer for its picture raises an alarm." }),
		})
		.prefault({})
		.meta({ description: "When to call somebody." }),
	backup: backupOptions,
	replica: replicaOptions,
	limits: z
		.strictObject({ ledgerMegabytes: z.number().int().min(64).default(4_096).meta({ description: "Budget of the ledger on disk." }) })
		.prefault({})
		.meta({ description: "Budgets." }),
});

export type Config = z.output<typeof configSchema>;
