import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBox } from "../../trust/box.ts";
import { signStatement } from "../../trust/signing.ts";
import { ledgerPlace, placeOptions, placeUsage } from "../ledger/ledger-place.ts";
import { json, money } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { answerAt, decidingFacts } from "./answer.ts";
import { type Proof, proofFormat } from "./proof.ts";

const usage = `gondola prove LABEL --at TIME [--out FILE]: what a label showed at that moment, and how sure that is

  --at TIME      RFC 3339, such as 2026-11-28T09:30:00Z
  --out FILE     writes the evidence: gondola verify FILE checks it on any machine
${placeUsage}
  --json         the evidence on standard output`;

export const prove: Verb = {
	summary: "evidence of what a label showed at a moment",
	usage,
	async run(args) {
		const given = read(args, usage, { ...placeOptions, at: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } });
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [label, ...more] = words;
		if (label === undefined || more.length > 0 || values.at === undefined) return fail(2, usage);
		const at = instantOf(values.at);
		if (at === undefined) return fail(2, `--at ${values.at} is no time; write it as 2026-11-28T09:30:00Z`);
		const data = (await ledgerPlace(values)) ?? demoData();
		if (data === undefined) return fail(2, `which ledger? There is no configuration here.\n${usage}`);
		const { labelFacts } = await import("../../ledger/file/label-facts.ts");
		const { identity, facts } = labelFacts(data, label);
		if (facts.length === 0)
			return fail(1, `the ledger in ${data} knows no fact about label ${label}; gondola labels lists them. Facts are kept for 30 days.`);
		const proof = proofOf(data, identity, label, at, facts);
		if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(proof, null, "\t")}\n`);
		if (values.json) return json(proof);
		report(proof, values.out);
		return 0;
	},
};

/** The time in UTC, as the ledger writes it; undefined for a text that is no time or has no zone. */
function instantOf(text: string): string | undefined {
	if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
	const ms = Date.parse(text);
	return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** The ledger of the demo that $GONDOLA_DATA names, or of this directory. */
function demoData(): string | undefined {
	const data = join(process.env["GONDOLA_DATA"] ?? "gondola-data", "gateway");
	return existsSync(join(data, "ledger.db")) ? data : undefined;
}

type Facts = ReturnType<typeof import("../../ledger/file/label-facts.ts").labelFacts>;

function proofOf(data: string, { store, tenant }: Facts["identity"], label: string, at: string, facts: Facts["facts"]): Proof {
	const all = facts.map(({ record }) => record);
	const deciding = new Set(decidingFacts(all, at));
	const statement = {
		format: proofFormat,
		...{ tenant, store, label, at, madeAt: new Date().toISOString() },
		answer: answerAt(all, at),
		facts: facts.filter(({ record }) => deciding.has(record)),
	} as const;
	const key = readBox(data)?.key;
	const proof = key ? signStatement("gondola/proof/1", {}, { ...statement, key: key.public }, key) : { ...statement, key: null };
	return JSON.parse(JSON.stringify(proof)) as Proof;
}

function report({ label, at, answer, key }: Proof, out: string | undefined): void {
	const { strength, shown, from, until, why } = answer;
	const what = shown ? `${money(shown.amountMinor, shown.currency)} for SKU ${shown.sku}` : "not known";
	say(`label ${label} at ${at}: ${what}   ${strength.toUpperCase()}`);
	say(`${why}${from === null ? "" : ` (from ${from}${until === null ? "" : ` until ${until}`})`}`);
	if (key === null) say("Not signed: this box was never enrolled with a key.");
	if (out !== undefined) say(`${out} is written; it is checked with: gondola verify ${out}`);
}
