import { z } from "zod";
import { labelModel } from "./label/label-models.ts";
import { odPlan } from "./label/opendisplay/od-wall.ts";

/**
 * The devices of a virtual store. `speed` shortens the time that people and machines take: shoppers, radio, drawing, paper.
 * `checkInEveryMs` counts as it stands; a longer sleep that a label is told shrinks in the same proportion as that shortens the forty
 * seconds of a real label.
 */
const id = z.string().regex(/^[a-z0-9-]{1,40}$/, "is a name of small letters, digits and hyphens");
const milligrams = z.number().int().min(0).max(100_000_000);
const pieces = z.number().int().min(0).max(10_000);
const port = z.number().int().min(0).max(65_535);

const goods = {
	sku: z.string().min(1),
	pieceMilligrams: milligrams.min(1_000).optional(),
	loose: z.boolean().optional(),
	startPieces: pieces.optional(),
	startMilligrams: milligrams.optional(),
};

export const virtualStorePlan = z.strictObject({
	outDir: z.string().min(1),
	seed: z.number().int(),
	speed: z.number().positive().max(10_000),
	multicast: z.boolean().optional(),
	partLoss: z.number().min(0).max(0.9).optional(),
	checkInEveryMs: z.number().int().min(20),
	accessPoints: z.array(
		z.strictObject({
			alias: z.string().min(1).max(31),
			channel: z.number().int().min(11).max(27).optional(),
			labels: z.array(
				z.strictObject({
					mac: z.string().regex(/^[0-9A-Fa-f]{16}$/, "has sixteen hex digits"),
					hwType: z
						.number()
						.int()
						.refine((hwType) => labelModel(hwType) !== undefined, "is no hardware type the virtual store knows"),
					firmware: z.number().int().min(0).max(65_535),
				}),
			),
		}),
	),
	/** Labels of OpenDisplay, each with a port of its own. */
	opendisplay: z.array(odPlan).default([]),
	scanners: z.array(z.strictObject({ id, suffix: z.enum(["cr", "crlf"]), aim: z.boolean() })),
	scales: z.array(z.strictObject({ id, ...goods })),
	printers: z.array(
		z.strictObject({ id, isClone: z.boolean().optional(), isStar: z.boolean().optional(), paperRows: z.number().int().min(1).optional() }),
	),
	/** A device that signs sales, for practice. */
	fiscal: z.strictObject({ id, serial: z.string().regex(/^[\w-]{1,32}$/) }).optional(),
	/** Printers of paper labels. */
	labelPrinters: z.array(z.strictObject({ id })).default([]),
	mqttDevices: z
		.array(
			z.discriminatedUnion("kind", [
				z.strictObject({ id, kind: z.literal("scanner") }),
				z.strictObject({ id, kind: z.literal("weight"), ...goods }),
				z.strictObject({ id, kind: z.literal("tasmota"), ...goods }),
				z.strictObject({ id, kind: z.literal("cooler"), celsius: z.number().min(-40).max(40) }),
			]),
		)
		.optional(),
	articles: z.array(
		z.object({
			sku: z.string().min(1),
			gtin: z.string().optional(),
			name: z.string(),
			amountMinor: z.number().int(),
			weighed: z.boolean().optional(),
			pieceMilligrams: milligrams.optional(),
		}),
	),
	control: z.strictObject({ port }).optional(),
});

export type VirtualStorePlan = z.input<typeof virtualStorePlan>;
export type Article = VirtualStorePlan["articles"][number];

export const gatewayAddresses = z.strictObject({
	udp: z.strictObject({ address: z.string(), port }),
	getdata: z.strictObject({ host: z.string(), port }),
	http: z.url(),
	mqtt: z.url(),
});

export type GatewayAddresses = z.infer<typeof gatewayAddresses>;

export interface VirtualStoreAddresses {
	accessPoints: { alias: string; udpPort: number }[];
	opendisplay: { number: string; host: string; port: number }[];
	scanners: ({ id: string } & SerialAddress)[];
	scales: ({ id: string; sku: string } & SerialAddress)[];
	printers: { id: string; host: string; port: number }[];
	fiscal?: { id: string; host: string; port: number };
	labelPrinters: { id: string; host: string; port: number }[];
	control: string;
}

/** A path where there are pseudo-terminals, else a host and port. */
export type SerialAddress = { path: string } | { host: string; port: number };
