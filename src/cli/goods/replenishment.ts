import type { List } from "../../words/answers/list.ts";
import type { RefillTask } from "../../words/answers/replenishment.ts";
import { defined } from "../../words/defined.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola replenishment [list]                                 what to bring from the back room, in walking order
gondola replenishment done TASK [--quantity N] [--code CODE]  the shelf was filled; CODE confirms the article by a scan

${deskUsage}`;

const options = { ...deskOptions, quantity: { type: "string" }, code: { type: "string" } } as const;

export const replenishment: Verb = {
	summary: "what to bring from the back room to which shelf",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act = "list", id] = words;
		const base = await deskUrl(values.url);
		if (act === "list" && words.length <= 1) {
			const items = await everyItem("/api/v1/replenishment", (path) => ask<List<RefillTask>>(base, path, { token: values.token }));
			if (values.json) return json({ items });
			say(
				items.length === 0 ? "nothing to bring: every place of the shelf plan is full enough, or the back room is empty" : tableOf(items),
			);
			return 0;
		}
		if (act !== "done" || id === undefined || words.length !== 2) return fail(2, usage);
		const quantity = values.quantity === undefined ? undefined : Number(values.quantity);
		const body = { ...defined({ quantity, code: values.code }) };
		const done = await ask<{ onShelf: number; sku: string }>(base, `/api/v1/replenishment/${encodeURIComponent(id)}/done`, {
			...{ token: values.token, method: "POST", body },
		});
		if (values.json) return json(done);
		say(`done: ${done.onShelf} of ${done.sku} on the shelf`);
		return 0;
	},
};

const amount = (quantity: number, unit: RefillTask["unit"]): string =>
	unit === "milligram" ? `${(quantity / 1_000_000).toFixed(1)} kg` : String(quantity);

const tableOf = (items: readonly RefillTask[]): string =>
	table(
		["task", "article", "on the shelf", "bring", "back room", "why", "empty at"],
		items.map(({ id, sku, name, unit, onShelf, capacity, bring, backRoom, because, emptyAt }) => [
			id,
			name === null ? sku : `${name} (${sku})`,
			`${amount(onShelf, unit)} of ${amount(capacity, unit)}`,
			amount(bring, unit),
			amount(backRoom, unit),
			because === "below-minimum" ? "too few" : "empty soon",
			emptyAt?.likely?.slice(0, 16).replace("T", " ") ?? "–",
		]),
	);
