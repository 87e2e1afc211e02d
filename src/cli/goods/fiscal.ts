import type { List } from "../../words/answers/list.ts";
import { defined } from "../../words/defined.ts";
import type { FiscalView } from "../../words/tills/fiscal.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola fiscal [open]            sales and refunds that the fiscal device has not signed
gondola fiscal list              everything that it had to sign in the last week
gondola fiscal show ID
gondola fiscal again ID          the device refused it and was mended: it is asked again

${deskUsage}`;

export const fiscal: Verb = {
	summary: "what the fiscal device signs",
	usage,
	async run(args) {
		const given = read(args, usage, deskOptions);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act = "open", id] = words;
		const base = await deskUrl(values.url);
		const ofDesk = <T>(path: string, method?: "POST") => ask<T>(base, path, { ...defined({ token: values.token, method }) });
		if ((act === "open" || act === "list") && words.length <= 1) {
			const query = act === "open" ? "?open=true" : "";
			const items = await everyItem(`/api/v1/fiscal${query}`, (path) => ofDesk<List<FiscalView>>(path));
			if (values.json) return json({ items });
			say(items.length > 0 ? tableOf(items) : act === "open" ? "everything is signed" : "there was nothing to sign");
			return 0;
		}
		if (id === undefined || words.length !== 2 || (act !== "show" && act !== "again")) return fail(2, usage);
		const of = `/api/v1/fiscal/${encodeURIComponent(id)}`;
		const one = act === "show" ? await ofDesk<FiscalView>(of) : await ofDesk<FiscalView>(`${of}/again`, "POST");
		if (values.json) return json(one);
		say(tableOf([one]));
		return 0;
	},
};

const tableOf = (items: readonly FiscalView[]): string =>
	table(
		["id", "what", "till", "amount", "at", "state", "code or reason"],
		items.map((it) => [
			...[it.id, `${it.kind} ${it.reference}`, it.till, `${it.amountMinor} ${it.currency}`, it.at],
			it.late ? "signed late" : it.state,
			it.signature ? `${it.signature.number} ${it.signature.code}` : [it.why, it.detail].filter(Boolean).join(": "),
		]),
	);
