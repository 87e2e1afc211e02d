/** The lines of a slip about its signature: the code with number and device, or that it is missing, and why. */
import type { FiscalReason, FiscalView } from "../../words/tills/fiscal.ts";
import { inLines, notFiscalIn, plain } from "./receipt-document.ts";

/** Stands in a document whose signature is not known yet; `plain` lets no name make such a line. */
export const fiscalMark = "{fiscal}";

interface Words {
	code: (number: string, serial: string) => string;
	missing: string;
	why: Record<FiscalReason, string>;
	later: string;
}

const words: Record<string, Words> = {
	en: {
		code: (number, serial) => `Fiscal code ${number} of ${serial}:`,
		missing: "NO FISCAL CODE",
		why: {
			away: "The fiscal device is out of reach.",
			silent: "The fiscal device did not answer in time.",
			refused: "The fiscal device did not sign this.",
			"no-device": "There is no fiscal device here any more.",
		},
		later: "It is signed as soon as that is mended.",
	},
	"zh-CN": {
		code: (number, serial) => `税控码 ${number}（设备 ${serial}）：`,
		missing: "无税控码",
		why: {
			away: "税控设备无法连接。",
			silent: "税控设备未及时应答。",
			refused: "税控设备未予签名。",
			"no-device": "本店已无税控设备。",
		},
		later: "恢复后将自动补签。",
	},
	hr: {
		code: (number, serial) => `Fiskalni kod ${number} uređaja ${serial}:`,
		missing: "BEZ FISKALNOG KODA",
		why: {
			away: "Fiskalni uređaj nije dostupan.",
			silent: "Fiskalni uređaj nije odgovorio na vrijeme.",
			refused: "Fiskalni uređaj nije potpisao račun.",
			"no-device": "Ovdje više nema fiskalnog uređaja.",
		},
		later: "Račun se potpisuje čim se to otkloni.",
	},
	de: {
		code: (number, serial) => `Signatur ${number} von ${serial}:`,
		missing: "OHNE SIGNATUR",
		why: {
			away: "Die Sicherheitseinrichtung ist nicht erreichbar.",
			silent: "Die Sicherheitseinrichtung antwortete nicht rechtzeitig.",
			refused: "Die Sicherheitseinrichtung hat nicht signiert.",
			"no-device": "Hier gibt es keine Sicherheitseinrichtung mehr.",
		},
		later: "Signiert wird, sobald das behoben ist.",
	},
};

const codeColumns = 32;

/** Lines of ReceiptLine. */
export function fiscalLines(locale: string, { signature, why }: FiscalView): string[] {
	const say = words[locale] ?? words["en"]!;
	if (!signature) return [`^${say.missing}`, ...[say.why[why ?? "silent"], say.later].flatMap(inLines).map(plain)];
	const pieces = signature.code.match(new RegExp(`.{1,${codeColumns}}`, "g")) ?? [];
	const head = say.code(String(signature.number), signature.serial);
	return [...(signature.practice ? [notFiscalIn(locale)] : []), ...inLines(head).map(plain), ...pieces.map(plain)];
}

export const withFiscalLines = (document: string, lines: readonly string[]): string =>
	document
		.split("\n")
		.flatMap((line) => (line === fiscalMark ? lines : [line]))
		.join("\n");
