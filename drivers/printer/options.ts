import { z } from "zod";
import { printerModels } from "./models.ts";

const named = {
	id: z
		.string()
		.regex(/^[a-z0-9-]{1,32}$/, "letters a-z, digits and dashes")
		.meta({ description: "Name on the sticker on the printer." }),
	family: z.literal("printer").default("printer").meta({ description: "Kind of device." }),
};

/** Where a printer is reached. `sheet`: the paper that it prints of its own settings. */
const placed = (usualBaudRate: 9_600 | 38_400, sheet: string) => ({
	host: z.string().min(1).optional().meta({ description: "Network name or address of a printer on the LAN." }),
	tcpPort: z.number().int().min(1).max(65535).default(9100).meta({ description: "TCP port of a printer on the LAN." }),
	port: z
		.string()
		.startsWith("/")
		.optional()
		.meta({ description: "Device file of a printer on a cable, serial or USB, instead of a host." }),
	baudRate: z
		.literal([9600, 19200, 38400, 57600, 115200])
		.default(usualBaudRate)
		.meta({ description: `For a serial cable: as on its ${sheet}.` }),
});

const silentAfterMs = z
	.number()
	.int()
	.min(1000)
	.max(120_000)
	.default(10_000)
	.meta({ description: "Silence after which somebody is told to look at the printer." });

const isAtOnePlace = ({ port, host }: { port?: string | undefined; host?: string | undefined }): boolean =>
	(port === undefined) !== (host === undefined);
const notAtOnePlace = { message: "a printer is on a port or on a host: name exactly one of them", path: ["host"] };

/** Options that an installer must give for a receipt printer. */
export const printerOptions = z
	.strictObject({
		...named,
		protocol: z
			.enum(["esc-pos", "star-prnt"])
			.default("esc-pos")
			.meta({ description: "Command language of the printer: esc-pos (Epson and most others) or star-prnt (Star)." }),
		...placed(38_400, "self-test slip"),
		model: z
			.enum(Object.keys(printerModels) as [string, ...string[]])
			.default("generic-80mm")
			.meta({ description: "Paper width, knife and speed." }),
		columns: z
			.number()
			.int()
			.min(24)
			.max(96)
			.optional()
			.meta({ description: "Characters per line, when it is not the model's own number." }),
		mode: z
			.enum(["raster", "text"])
			.default("raster")
			.meta({ description: "raster: drawn here, prints every script. text: the printer's own letters, faster on a slow cable." }),
		encoding: z
			.enum(["multilingual", "cp437", "cp852", "cp858", "cp866", "cp1252", "gb18030", "shiftjis", "ksc5601", "big5", "tis620"])
			.default("multilingual")
			.meta({ description: "Code page in text mode." }),
		confirm: z
			.enum(["process-id", "gs-r", "counter", "none"])
			.optional()
			.meta({ description: "How the printer says that paper is printed, when it is not the model's own way. counter: Star." }),
		locale: z.string().min(2).default("en").meta({ description: "Language of the few words the gateway itself prints." }),
		silentAfterMs,
	})
	.refine(isAtOnePlace, notAtOnePlace)
	.superRefine(({ protocol, model, mode, confirm }, context) => {
		const say = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
		if (printerModels[model]!.protocol !== protocol) {
			const fitting = Object.keys(printerModels).filter((name) => printerModels[name]!.protocol === protocol);
			say("model", `${model} does not speak ${protocol}; these do: ${fitting.join(", ")}`);
		}
		if (protocol === "star-prnt" && mode === "text") say("mode", "text is for esc-pos; a star-prnt printer is sent pictures (raster)");
		if (confirm && confirm !== "none" && (confirm === "counter") !== (protocol === "star-prnt"))
			say("confirm", `${confirm} is not a way of ${protocol}`);
	});

export type PrinterOptions = z.infer<typeof printerOptions>;

/** Options that an installer gives for a printer of paper shelf labels. */
export const labelPrinterOptions = z
	.strictObject({
		...named,
		protocol: z.literal("zpl").meta({ description: "A printer of paper shelf labels that speaks ZPL: Zebra and others." }),
		...placed(9_600, "configuration label"),
		dpi: z.literal([203, 300]).default(203).meta({ description: "Dots per inch of its print head." }),
		widthMm: z.number().min(15).max(110).default(57).meta({ description: "Width of a label, across the way of the paper." }),
		heightMm: z.number().min(10).max(150).default(32).meta({ description: "Height of a label, along the way of the paper." }),
		confirm: z
			.enum(["label-count", "status", "none"])
			.default("label-count")
			.meta({
				description:
					"How the printer says that a label is out. label-count: by the number of labels that it has printed (Zebra since Link-OS and " +
					"others). status: it says that nothing waits any more; on a serial cable such labels are only sent. none: it answers nothing.",
			}),
		silentAfterMs,
	})
	.refine(isAtOnePlace, notAtOnePlace);

export type LabelPrinterOptions = z.infer<typeof labelPrinterOptions>;

const millimetresPerInch = 25.4;

/** The dots of one label; 203 dots an inch are eight a millimetre. */
export function labelDots({ dpi, widthMm, heightMm }: Pick<LabelPrinterOptions, "dpi" | "widthMm" | "heightMm">): {
	width: number;
	height: number;
} {
	const dotsPerMm = dpi === 203 ? 8 : dpi / millimetresPerInch;
	return { width: Math.round(widthMm * dotsPerMm), height: Math.round(heightMm * dotsPerMm) };
}
