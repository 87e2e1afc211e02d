import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { answerXml, faultCode, statusBits, statusFlags } from "../../../drivers/printer/epos/answer.ts";
import { readEposRequest } from "../../../drivers/printer/epos/request.ts";

/** Requests of tills and answers of printers, written from Epson's manuals; kept outside the repository. */
const vectorFile = resolve(import.meta.dirname, "../../../../shared/vectors/printing-2-vectors.json");

interface Vector {
	id: string;
	kind: string;
	why: string;
	request: { path: string; body: string };
	state: { asb: string | null; result: string; request: string };
	status: number;
	asbHex: string;
	printCompleted: boolean;
	expect: any;
}
const vectors: Vector[] = existsSync(vectorFile) ? JSON.parse(readFileSync(vectorFile, "utf8")).vectors : [];
const of = (kind: string): [string, Vector][] =>
	vectors.filter((each) => each.kind === kind).map((each) => [`${each.id}: ${each.why}`, each]);
const queryOf = ({ request }: Vector): string => request.path.split("?")[1] ?? "";

/** The word of a printer by its four status bytes, as Epson's clients read it. */
function statusWord(automaticStatus: Uint8Array, isPrinted: boolean): number {
	const word = automaticStatus.reduce((sum, byte, at) => sum + byte * 2 ** (8 * at), 0);
	return word + (isPrinted ? statusBits.printSuccess : 0);
}

describe.skipIf(vectors.length === 0)("ePOS-Print by the vectors (skipped where ../shared/vectors is missing)", () => {
	it.each(of("epos-request"))("reads a request, %s", (_, vector) => {
		expect(readEposRequest(queryOf(vector), vector.request.body)).toEqual({ request: vector.expect });
	});

	it.each(
		of("epos-refusal").filter(
			([
				,
				{
					expect: { code },
				},
			]) => code === "SchemaError",
		),
	)("refuses, %s", (_, vector) => {
		expect(readEposRequest(queryOf(vector), vector.request.body)).toHaveProperty("fault");
	});

	it.each(of("epos-status"))("reads the status word, %s", (_, { status, expect: { flags } }) => {
		expect(statusFlags(status).sort()).toEqual([...flags].sort());
	});

	it.each(of("asb-to-epos-status"))("makes the word of status bytes, %s", (_, vector) => {
		const word = statusWord(Buffer.from(vector.asbHex, "hex"), vector.printCompleted);
		expect(word).toBe(vector.expect.status);
		expect(statusFlags(word).sort()).toEqual([...vector.expect.flags].sort());
	});

	const judged = of("epos-response").filter(([, { state }]) => state.request === "print" && typeof state.asb === "string");
	it.each(judged)("names the fault of the printer, %s", (_, { state, expect: wanted }) => {
		const word = statusWord(Buffer.from(state.asb!, "hex"), state.result === "printed");
		expect({ status: word, code: faultCode(word) }).toEqual({ status: wanted.status, code: wanted.code });
	});
});

it("says an answer in the one form that every client reads, and lets nothing of a name become markup", () => {
	const xml = answerXml({ success: false, code: "EX_TIMEOUT", status: 2147483648, devid: '<a b="c">&', printjobid: null });
	expect(xml).toContain('<response success="false" code="EX_TIMEOUT" status="2147483648" battery="0" xmlns=');
	expect(xml).toContain("<devid>&lt;a b=&quot;c&quot;&gt;&amp;</devid><printjobid></printjobid>");
});

it("does not recurse into a document nested a hundred thousand deep", () => {
	expect(readEposRequest("", "<a>".repeat(100_000))).toEqual({ fault: "not-xml" });
});
