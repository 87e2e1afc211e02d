import type { List } from "../../words/answers/list.ts";
import { defined } from "../../words/defined.ts";
import type { Transfer, TransferDifference } from "../../words/transfers/transfer.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola transfers [list] [--state planned|sent|received|cancelled]   goods between this store and others
gondola transfers show TRANSFER
gondola transfers send TRANSFER [SKU=N …]      the goods leave; what really goes, where it is less than was planned
gondola transfers receive TRANSFER [SKU=N …]   the goods arrive; what really came (SKU=0.5kg for weighed ones)

${deskUsage}`;

export const transfers: Verb = {
	summary: "goods between this store and others",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, state: { type: "string" } } as const);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act = "list", id, ...rest] = words;
		const base = await deskUrl(values.url);
		const ofDesk = <T>(path: string, body?: object) =>
			ask<T>(base, `/api/v1/transfers${path}`, { token: values.token, ...(body && { method: "POST", body }) });
		if (act === "list" && words.length <= 1) {
			const items = await everyItem(`?${new URLSearchParams(defined({ state: values.state }))}`, (path) => ofDesk<List<Shown>>(path));
			if (values.json) return json({ items });
			say(items.length === 0 ? "no transfers" : transferTable(items));
			return 0;
		}
		const lines = transferLines(rest);
		if (id === undefined || lines === undefined || !["show", "send", "receive"].includes(act)) return fail(2, usage);
		const path = `/${encodeURIComponent(id)}`;
		const answer = await ofDesk<Shown>(
			...((act === "show" ? [path] : [`${path}/${act}`, lines.length > 0 ? { lines } : {}]) as [string, object?]),
		);
		if (values.json) return json(answer);
		say(transferText(answer));
		return 0;
	},
};

export type Shown = Transfer & { differences?: TransferDifference[]; cancelAsked?: true };

/** `SKU=12` and `SKU=0.5kg`; undefined where a word is neither. */
export function transferLines(words: readonly string[]): { sku: string; quantity?: number; milligrams?: number }[] | undefined {
	const lines = words.map((word) => {
		const [, sku, number, kilograms] = /^([^=]+)=(\d+(?:\.\d+)?)(kg)?$/.exec(word) ?? [];
		if (sku === undefined) return undefined;
		return { sku, ...(kilograms ? { milligrams: Math.round(Number(number) * 1_000_000) } : { quantity: Number(number) }) };
	});
	return lines.includes(undefined) ? undefined : (lines as { sku: string }[]);
}

/** One line a transfer. */
export const transferTable = (items: readonly Shown[]): string =>
	table(
		["transfer", "from", "to", "state", "articles", "differs", "planned"],
		items.map((it) => [
			it.id,
			it.from,
			it.to,
			it.cancelAsked ? "cancelling" : it.state,
			String(it.lines.length),
			it.differences ? String(it.differences.length) : "",
			it.at,
		]),
	);

export function transferText(it: Shown): string {
	const of = (lines: Transfer["lines"] | undefined, sku: string): string => {
		const line = lines?.find((each) => each.sku === sku);
		return lines === undefined ? "" : String(line?.quantity ?? 0);
	};
	const skus = [...new Set([...it.lines, ...(it.sent ?? []), ...(it.received ?? [])].map(({ sku }) => sku))];
	return [
		`transfer ${it.id} from ${it.from} to ${it.to} is ${it.state}${it.cancelAsked ? "; its end is asked for" : ""}`,
		table(
			["sku", "planned", "sent", "received"],
			skus.map((sku) => [sku, of(it.lines, sku), of(it.sent, sku), of(it.received, sku)]),
		),
	].join("\n");
}
