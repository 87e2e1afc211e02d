import { z } from "zod";
import { labelOptions, openDisplayOptions } from "../../drivers/label/options.ts";
import { labelPrinterOptions, printerOptions } from "../../drivers/printer/options.ts";
import { scaleOptions } from "../../drivers/scale/options.ts";
import { scannerOptions } from "../../drivers/scanner/options.ts";
import { configSchema, mqttScale, mqttScanner, mqttSensor } from "./schema.ts";

export interface JsonSchema {
	type?: string | string[];
	description?: string;
	default?: unknown;
	enum?: unknown[];
	const?: unknown;
	anyOf?: JsonSchema[];
	properties?: Record<string, JsonSchema>;
	required?: string[];
	items?: JsonSchema;
}

const devices = [
	["A scanner on a cable", scannerOptions],
	["A scale on a cable or the network", scaleOptions],
	["A receipt printer", printerOptions],
	["A printer of paper shelf labels", labelPrinterOptions],
	["Label base stations", labelOptions],
	["Labels on the network, one line each", openDisplayOptions],
	["A weight sensor that publishes by MQTT", mqttScale],
	["A scanner that publishes by MQTT", mqttScanner],
	["A board or bridge that publishes by MQTT, by its firmware's profile", mqttSensor],
] as const;

const asSchema = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;

/** The JSON Schema by which editors check gondola.yaml. */
export function jsonSchema(): object {
	const whole = asSchema(configSchema);
	const anyOf = devices.map(([, schema]) => asSchema(schema));
	const list = whole.properties!["devices"]!;
	return { ...whole, title: "gondola.yaml", properties: { ...whole.properties, devices: { ...list, items: { anyOf } } } };
}

/** The text of config/REFERENCE.md. */
export function referenceText(): string {
	const parts = [
		"# gondola.yaml",
		"",
		"Made from the schemas by `npm run generate`; a test keeps it current. Unknown settings are refused. Secrets stand in files of " +
			"their own.",
		"",
		...rows(asSchema(configSchema), ""),
		"",
	];
	for (const [title, schema] of devices) parts.push(`## devices: ${title}`, "", ...rows(asSchema(schema), ""), "");
	return parts.join("\n");
}

function rows(schema: JsonSchema, prefix: string): string[] {
	const lines = prefix === "" ? ["| setting | value | default | what it is |", "|---|---|---|---|"] : [];
	for (const [key, field] of Object.entries(schema.properties ?? {})) {
		const path = prefix === "" ? key : `${prefix}.${key}`;
		const inner = field.properties ? field : field.items?.properties ? field.items : undefined;
		const needed = schema.required?.includes(key) && field.default === undefined;
		const usual = field.default === undefined || inner ? (needed ? "**needed**" : "") : `\`${JSON.stringify(field.default)}\``;
		lines.push(`| \`${path}${field.items?.properties ? "[]" : ""}\` | ${valueText(field)} | ${usual} | ${field.description ?? ""} |`);
		if (inner) lines.push(...rows(inner, `${path}${field.items?.properties ? "[]" : ""}`));
	}
	return lines;
}

function valueText(field: JsonSchema): string {
	if (field.enum) return field.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
	if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
	if (field.anyOf) return field.anyOf.map(valueText).join(" or ");
	return Array.isArray(field.type) ? field.type.join(" or ") : (field.type ?? "");
}
