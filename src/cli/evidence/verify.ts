import { readFileSync } from "node:fs";
import { z } from "zod";
import { publicPattern } from "../../trust/keys.ts";
import { json, money } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { proofFaults, proofSchema } from "./proof.ts";

const usage = `gondola verify FILE [--key PUBLIC]: checks evidence that gondola prove wrote; needs no store and no network

  --key PUBLIC   the store's public key as head office knows it: evidence signed by any other key is refused
  --json         the answer as JSON`;

export const verify: Verb = {
	summary: "check such evidence, offline",
	usage,
	async run(args) {
		const given = read(args, usage, { key: { type: "string" }, json: { type: "boolean" } });
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [file, ...more] = words;
		if (file === undefined || more.length > 0) return fail(2, usage);
		if (values.key !== undefined && !publicPattern.test(values.key))
			return fail(2, `--key ${values.key} is no public key: it has 43 letters and digits`);
		const raw = parsed(file);
		const checked = proofSchema.safeParse(raw);
		const faults = checked.success
			? proofFaults(checked.data, raw as object)
			: [`it is no evidence: ${z.prettifyError(checked.error).split("\n")[0]}`];
		const key = checked.success ? checked.data.key : null;
		if (values.key !== undefined && key !== values.key) faults.push(`it is signed by ${key ?? "nobody"}, not by the key that you named.`);
		if (values.json)
			json({
				ok: faults.length === 0,
				faults,
				...(checked.success && { answer: checked.data.answer, key, isKeyNamed: values.key !== undefined }),
			});
		if (!checked.success || faults.length > 0) return fail(1, `${file} proves nothing:\n  ${faults.join("\n  ")}`);
		if (!values.json) report(checked.data, values.key !== undefined);
		return 0;
	},
};

function parsed(file: string): unknown {
	const text = readFileSync(file, "utf8");
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function report({ store, label, at, answer, key, facts }: z.output<typeof proofSchema>, isNamed: boolean): void {
	const { shown, strength, why } = answer;
	say(`✓ facts that are unchanged, and from which the answer follows: ${facts.length}`);
	say(`✓ signed by ${key}${isNamed ? ", the key that you named" : ""}`);
	if (!isNamed) say(`  whether that is the key of store ${store}, head office knows: check again with --key`);
	const what = shown ? `${money(shown.amountMinor, shown.currency)} for SKU ${shown.sku}` : "not known";
	say(`label ${label} of store ${store} at ${at}: ${what}   ${strength.toUpperCase()}`);
	say(why);
}
