import { existsSync } from "node:fs";
import { splitAim, symbologyOf } from "../../../drivers/scanner/aim.ts";
import { type CodeContent, readCode } from "../../../drivers/scanner/content.ts";
import { writeBracketed } from "../../../drivers/scanner/gs1/elements.ts";
import { rcnPresets } from "../../../drivers/scanner/gs1/rcn.ts";
import type { InspectedScan } from "../../broker/routing/publish-pipeline.ts";
import { loadConfig } from "../../config/load.ts";
import { inspectScan, scanReadingOf } from "../../daemon/scan-inspection.ts";
import type { Reading, ScanReading } from "../../flows/scan-reading.ts";
import { defined } from "../../words/defined.ts";
import { longestCode } from "../../words/scan.ts";
import { configFile } from "../verb/box.ts";
import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola scan read CODE [--aim ]X]: what a scanned code means, read as the store reads it; nothing is recorded

  CODE           as the scanner sends it, with or without its AIM identifier; <GS> stands for the separator of GS1 codes
  --aim ]X       the AIM identifier, such as ]E0 or ]d2, where it does not stand before the code
  --device ID    with the settings of this scanner
  --country XX   weight and price labels as in this country: ${Object.keys(rcnPresets).join(" ")}
  --config FILE  the store's settings (default: $GONDOLA_CONFIG or /etc/gondola/gondola.yaml, where there is one)
  --json         the answer as JSON: content, gtin, elements, faults, doubts`;

export const scan: Verb = {
	summary: "what a scanned code means",
	usage,
	run(args) {
		const given = read(args, usage, {
			json: { type: "boolean" },
			aim: { type: "string" },
			device: { type: "string" },
			country: { type: "string" },
			config: { type: "string" },
		});
		if (typeof given === "number") return Promise.resolve(given);
		const { values, words } = given;
		const [act, code, ...more] = words;
		if (act !== "read" || code === undefined || more.length > 0) return Promise.resolve(fail(2, usage));
		if (values.aim !== undefined && !symbologyOf(values.aim))
			return Promise.resolve(fail(2, `${values.aim} is no AIM identifier; it is "]", a letter and a digit, such as ]E0.`));
		if (values.country !== undefined && !Object.hasOwn(rcnPresets, values.country))
			return Promise.resolve(fail(2, `there are no rules for "${values.country}"; there are: ${Object.keys(rcnPresets).join(", ")}.`));
		const file = configFile(values.config);
		const isNamed = values.config !== undefined || existsSync(file);
		const settings: ScanReading = isNamed ? scanReadingOf(loadConfig(file)) : { store: { checkVariableMeasure: false }, devices: {} };
		const reading: Reading = {
			...settings.store,
			...(values.device !== undefined && settings.devices[values.device]),
			...(values.country !== undefined && { variableMeasure: rcnPresets[values.country] }),
		};
		return Promise.resolve(answer(code.replaceAll("<GS>", "\u001d"), values.aim, reading, values.json ?? false));
	},
};

function answer(code: string, aim: string | undefined, reading: Reading, asJson: boolean): number {
	const inspected = inspectScan(code, aim);
	const refusal = refusalOf(code, inspected);
	if (refusal) {
		if (asJson) json(refusal);
		return fail(1, `${refusal.why} It would be counted, and not kept.`);
	}
	if ("refused" in inspected) return fail(1, "the code is empty.");
	const content = readCode(inspected.code, { ...reading, ...defined({ aim: inspected.aim }), at: new Date() });
	const meaning = meaningOf(content, inspected.aim);
	if (asJson) return json(meaning);
	say(sentenceOf(content));
	if (meaning.symbology !== null) say(`symbology    ${meaning.symbology} (${inspected.aim})`);
	for (const [ai, value] of Object.entries(meaning.elements)) say(`(${ai})`.padEnd(13) + value);
	for (const { ai, fault } of meaning.faults) say(`fault        (${ai}) ${fault}`);
	for (const { ai, doubt, hides, note } of meaning.doubts)
		say(
			`doubt        ${ai === undefined ? "" : `(${ai}) `}${doubt}${hides ? `: may hide ${hides.join(", ")}` : ""}${note ? `: ${note}` : ""}`,
		);
	return 0;
}

function refusalOf(code: string, inspected: InspectedScan): { refused: string; masked?: string; why: string } | undefined {
	if (code.length > longestCode) return { refused: "too-long", why: `a code has at most ${longestCode} characters.` };
	if (!("refused" in inspected)) return undefined;
	if (inspected.refused === "payment-card")
		return { refused: inspected.refused, masked: inspected.shown, why: `${inspected.shown} looks like the number of a payment card.` };
	if (inspected.refused === "control-characters")
		return { refused: inspected.refused, why: "the code holds control characters that no code has." };
	return undefined;
}

function meaningOf(content: CodeContent, aim: string | undefined) {
	return {
		content,
		aim: aim ?? null,
		symbology: aim === undefined ? null : (symbologyOf(aim)?.name ?? null),
		gtin: content.kind === "variable-measure" ? content.itemGtin14 : "gtin14" in content ? (content.gtin14 ?? null) : null,
		elements: content.kind === "gs1" ? Object.fromEntries(content.elements.map((element) => [element.ai, element.value])) : {},
		faults: (content.kind === "gs1" && content.faults) || [],
		doubts: (content.kind !== "text" && content.doubts) || [],
	};
}

function sentenceOf(content: CodeContent): string {
	switch (content.kind) {
		case "text":
			return `text         ${splitAim(content.text).data}`;
		case "gtin":
			return [
				`article      ${content.gtin14}`,
				...(content.addOn === undefined ? [] : [`with add-on ${content.addOn}`]),
				...(content.restricted ? ["of this shop only"] : []),
			].join(", ");
		case "gs1":
			return `GS1 code     ${writeBracketed(content.elements)}`;
		case "variable-measure": {
			const { milligrams, pieces, amountMinor } = content;
			const value =
				milligrams !== undefined
					? `${milligrams / 1000} g`
					: pieces !== undefined
						? `${pieces} pieces`
						: `a price of ${amountMinor} minor units`;
			return `weighed      article ${content.itemGtin14}, ${value}`;
		}
	}
}
