/**
 * A barcode names one article: which article a till finds must not depend on which was written last. A change with a barcode of
 * another article is held. When a second person releases it, the other article loses the barcode.
 */
import { type Article, asGtin14, barcodesOf } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { HeldReason } from "../../words/prices/hold.ts";
import type { Queries } from "../database/database.ts";
import type { PriceChange } from "./pushes.ts";

type Barcodes = Pick<Article, "sku"> & { gtin?: string | null | undefined; gtins?: readonly string[] | null | undefined };

/** The SKUs that, read as digits, are this barcode. */
const numbersLike = (gtin14: string): string[] =>
	[14, 13, 12, 8].map((digits) => gtin14.slice(-digits)).filter((number) => asGtin14(number) === gtin14);

/** Articles that have one of these barcodes, or a SKU that reads as one of them. */
async function holders(tx: Queries, gtins: readonly string[]): Promise<Article[]> {
	if (gtins.length === 0) return [];
	// Barcodes after the first are in the JSON body only; few articles have any.
	const rows = await tx.query<{ body: string }>(
		`SELECT body FROM article WHERE gtin = ANY($1) OR sku = ANY($2) OR body LIKE '%"gtins":%'`,
		[gtins, gtins.flatMap(numbersLike)],
	);
	return rows.map(({ body }) => JSON.parse(body) as Article);
}

/**
 * Objections to barcodes and SKUs that would name two articles, by index in `changes`. `contested`: barcodes with the articles that bring
 * them in other parts of the same push.
 */
export async function barcodeObjections(
	tx: Queries,
	changes: readonly Pick<PriceChange, "sku" | "article">[],
	contested: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<Map<number, HeldReason>> {
	const codesOf = changes.map(({ sku, article }) => ({ brought: barcodesOf(article), own: asGtin14(sku) }));
	const all = new Set(codesOf.flatMap(({ brought, own }) => (own === undefined ? [...brought] : [...brought, own])));
	const known = new Map((await holders(tx, [...all])).map((article) => [article.sku, article]));
	const after = new Map<string, Barcodes>(known);
	for (const { sku, article } of changes) after.set(sku, { ...(after.get(sku) ?? {}), ...article, sku });
	const bearers = new Map<string, Set<string>>();
	const note = (code: string, sku: string): void => void bearers.set(code, (bearers.get(code) ?? new Set()).add(sku));
	for (const article of after.values()) for (const code of barcodesOf(article)) if (all.has(code)) note(code, article.sku);
	if (contested.size > 0) for (const code of all) for (const sku of contested.get(code) ?? []) note(code, sku);

	const objections = new Map<number, HeldReason>();
	changes.forEach(({ sku }, at) => {
		const had = known.get(sku);
		const { brought, own } = codesOf[at]!;
		const before = had ? barcodesOf(had) : new Set<string>();
		const codes = [...brought].filter((code) => !before.has(code));
		for (const code of !had && own !== undefined ? [...codes, own] : codes) {
			const bearer = [...(bearers.get(code) ?? [])].find((each) => each !== sku);
			const other = bearer ?? numbersLike(code).find((number) => number !== sku && after.has(number));
			if (other === undefined || objections.has(at)) continue;
			const what = code === own ? `The article number ${sku} is` : `The barcode ${shortOf(code)} is`;
			objections.set(at, { code: "barcode", reason: `${what} that of article ${other} too; a scan could mean either.` });
		}
	});
	return objections;
}

const shortOf = (gtin14: string): string => gtin14.replace(/^0+(?=\d{8}$)|^0+(?=\d{12,13}$)/, "");

/** The other articles that had one of these changes' barcodes, as they are without it. */
export async function withoutTaken(tx: Queries, taking: readonly Omit<Article, "version">[]): Promise<Omit<Article, "version">[]> {
	const taken = new Set(taking.flatMap((article) => [...barcodesOf(article)]));
	const skus = new Set(taking.map(({ sku }) => sku));
	const bearers = (await holders(tx, [...taken])).filter(
		(each) => !skus.has(each.sku) && [...barcodesOf(each)].some((code) => taken.has(code)),
	);
	return bearers.map(({ version: _, gtin, gtins, ...rest }) => {
		const left = [gtin, ...(gtins ?? [])].filter((code): code is string => code !== undefined && !taken.has(asGtin14(code) ?? ""));
		const [first, ...further] = left;
		return { ...rest, ...defined({ gtin: first }), ...(further.length > 0 && { gtins: further }) };
	});
}
