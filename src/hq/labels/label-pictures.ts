/**
 * Pictures of a store's labels, drawn here from the same faces and from the facts that the store sent: no picture crosses the line. The
 * fact that a label showed its picture names the picture's digest. A drawing with that digest is the label's picture, byte for byte, and
 * says which model and language it was drawn for, neither of which stores tell.
 */
import { type LabelModel, labelModel, labelModels } from "../../../drivers/label/models.ts";
import { type Drawing, type DrawnPicture, startDrawing } from "../../faces/drawing/pool.ts";
import { FaceError } from "../../faces/fields.ts";
import type { LabelAtStore, LabelPicture, PictureBasis, PicturedLabel } from "../../words/answers/labels.ts";
import { type Article, barcodesOf } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { FaceFields } from "../../words/label.ts";
import { countingAmong } from "../../words/prices/advantages.ts";
import { fieldsOf, recallOnLabel } from "../../words/prices/face-fields.ts";
import type { Price } from "../../words/prices/price.ts";
import { isInForce } from "../../words/prices/which-counts.ts";
import type { Instant } from "../../words/time.ts";
import { priceHistory } from "../catalog/price-history.ts";
import type { Queries } from "../database/database.ts";
import { openRecentlyUsed } from "../recently-used.ts";
import { HqRefusal } from "../refusal.ts";
import { readLabel } from "../stores/labels.ts";
import { requireStore } from "../stores/stores.ts";
import { limitConcurrency } from "../streams/turns.ts";

/** A way in which a store may have drawn. `packs`: the label's firmware takes packed pictures. */
interface Way {
	hwType: number;
	locale: string;
	packs: boolean;
}

export interface LabelPictures {
	picture(store: string, label: string): Promise<PicturedLabel>;
	stop(): Promise<void>;
}

/** Languages that stores are tried in, the most usual first. */
const locales = ["en", "zh-CN", "de", "hr", "en-GB", "de-AT", "fr", "it", "es", "pl"];
/** Any firmware that packs, and none. */
const firmwareOf = ({ packs }: Way): number => (packs ? 0xffff : 0);
/** Shown where the model is not proved: 2.9 inches are the most usual. */
const usualHwType = 0x01;
const keptMost = 400;

/** Draws on a thread that starts with the first picture, and remembers in which ways stores were proved to draw. */
function openDraftsman(db: Queries) {
	let draws: Drawing | undefined;
	/** The way that was proved last, by store: most labels of a store are of one model and language. */
	const ways = openRecentlyUsed<Way>(5_000);
	const proved = openRecentlyUsed<{ way: Way; picture: DrawnPicture } | { way?: undefined }>(keptMost);

	async function drawn(wanted: Wanted, way: Way): Promise<DrawnPicture | undefined> {
		const fields = fieldsOf(wanted.article, wanted.prices[0]!, wanted.prices.slice(1), { ...wanted, locale: way.locale });
		draws ??= startDrawing({ workers: 1 });
		try {
			return await draws.draw({ fields, hwType: way.hwType, firmware: firmwareOf(way), ...defined({ face: wanted.face }) });
		} catch (error) {
			if (error instanceof FaceError) return undefined;
			throw error;
		}
	}

	/** Tries the ways of drawing until one gives this digest. */
	async function prove(
		key: string,
		store: string,
		wanted: Wanted,
		digest: string,
	): Promise<{ way: Way; picture: DrawnPicture } | undefined> {
		const known = proved.get(key);
		if (known) return known.way && known;
		const last = ways.get(store);
		// A recall that began since is not on it.
		const drafts = wanted.recall === undefined ? [wanted] : [wanted, { ...wanted, recall: undefined }];
		for (const way of everyWay(last))
			for (const draft of drafts) {
				const picture = await drawn(draft, way);
				if (picture?.digest !== digest) continue;
				ways.set(store, way);
				proved.set(key, { way, picture });
				return { way, picture };
			}
		proved.set(key, {});
		return undefined;
	}

	async function pictureOf(store: string, wanted: Wanted, basis: PictureBasis): Promise<LabelPicture | undefined> {
		const way = ways.get(store) ?? { hwType: usualHwType, locale: "en", packs: false };
		const picture = await drawn(wanted, { ...way, packs: false });
		return picture && asPng(picture, way, wanted, basis);
	}

	async function confirmedPicture(store: string, wanted: Wanted, label: LabelAtStore, n: number): Promise<LabelPicture | undefined> {
		const digest = await digestIn(db, n);
		const found = digest === undefined ? undefined : await prove(`${store} ${label.id} ${n}`, store, wanted, digest);
		return found ? asPng(found.picture, found.way, wanted, "same") : pictureOf(store, wanted, "like");
	}

	return { pictureOf, confirmedPicture, stop: async () => draws?.stop() };
}

export function openLabelPictures(db: Queries, clock: () => Instant): LabelPictures {
	const draftsman = openDraftsman(db);
	const inTurn = limitConcurrency(1);
	return {
		picture: (store, id) =>
			inTurn(async () => {
				await requireStore(db, store);
				const found = await readLabel(db, store, id);
				if (!found)
					throw new HqRefusal("label-unknown", `Store ${store} has no label ${id.slice(0, 64)}, as far as head office has heard.`);
				const { label, confirmedBy } = found;
				const { sku, face, state, why, confirmed, shown } = label;
				const about = { id: label.id, sku, face, state, why };
				const article = sku === null ? undefined : await articleOf(db, sku);
				if (!article) return { ...about, pictures: [], without: "no-article" };
				const timeZone = await timeZoneOf(db, store);
				const recall = await recallOf(db, article);
				const wantedAt = async (at: Instant, upTo?: number): Promise<Wanted> => ({
					...{ article, timeZone, recall, face: face ?? undefined, at: upTo === undefined ? null : at },
					prices: await pricesAt(db, store, article.sku, at, upTo),
				});
				const pictures: (LabelPicture | undefined)[] = [];
				let without: PicturedLabel["without"] = null;
				if (confirmed && shown) {
					const wanted = await wantedAt(confirmed.at, shown.upToVersion);
					// The confirmed picture is drawn with the confirmed price, or not at all.
					if (wanted.prices[0]?.version !== shown.priceVersion) without = "no-price";
					else pictures.push(await draftsman.confirmedPicture(store, wanted, label, confirmedBy));
				}
				if (state !== "SHOWN" || without !== null) {
					const wanted = await wantedAt(clock());
					if (wanted.prices.length === 0) without = "no-price";
					else pictures.push(await draftsman.pictureOf(store, wanted, "expected"));
				}
				const whole = pictures.filter((each) => each !== undefined);
				return { ...about, pictures: whole, without: whole.length < pictures.length ? "cannot-be-drawn" : without };
			}),
		stop: draftsman.stop,
	};
}

/** Everything that a picture is drawn from. `prices`: everybody's first. `at`: when the label confirmed it. */
interface Wanted {
	article: Article;
	prices: Price[];
	timeZone: string;
	recall: FaceFields["recall"];
	face: string | undefined;
	at: Instant | null;
}

/** Each way once: the one that was proved last, then others in its language, then the other languages. */
function everyWay(last: Way | undefined): Way[] {
	const inOrder = last ? [last.locale, ...locales.filter((locale) => locale !== last.locale)] : locales;
	const ways = inOrder.flatMap((locale) =>
		labelModels().flatMap(({ hwType, zlibFromFirmware }) =>
			(zlibFromFirmware === undefined ? [false] : [true, false]).map((packs): Way => ({ hwType, locale, packs })),
		),
	);
	if (!last) return ways;
	return [last, ...ways.filter((way) => way.locale !== last.locale || way.hwType !== last.hwType || way.packs !== last.packs)];
}

async function asPng({ dataType, bytes }: DrawnPicture, { hwType }: Way, wanted: Wanted, basis: PictureBasis): Promise<LabelPicture> {
	const model: LabelModel = labelModel(hwType)!;
	const { pictureToPng } = await import("../../faces/drawing/png.ts");
	const { amountMinor, currency } = wanted.prices[0]!;
	const { width, height, name } = model;
	const png = pictureToPng(dataType, bytes, model).toString("base64");
	return { basis, png, width, height, amountMinor, currency, at: wanted.at, model: name };
}

/** The digest of the picture that the fact names; undefined where the fact has left by a policy of retention. */
async function digestIn(db: Queries, n: number): Promise<string | undefined> {
	const [row] = await db.query<{ body: string }>("SELECT body FROM up_fact WHERE n = $1 AND type = 'label.shown'", [n]);
	const event = row && (JSON.parse(row.body) as StoreEvent);
	return event?.type === "label.shown" ? event.picture : undefined;
}

async function articleOf(db: Queries, sku: string): Promise<Article | undefined> {
	const [row] = await db.query<{ body: string }>("SELECT body FROM article WHERE sku = $1", [sku]);
	const article = row && (JSON.parse(row.body) as Article);
	return article?.gone ? undefined : article;
}

async function recallOf(db: Queries, article: Article): Promise<FaceFields["recall"]> {
	const rows = await db.query<{ lot: string | null }>("SELECT lot FROM stop_sale WHERE gtin = ANY($1) AND ended_at IS NULL ORDER BY id", [
		[...barcodesOf(article)],
	]);
	return recallOnLabel(rows.map(({ lot }) => ({ lot: lot ?? undefined })));
}

async function timeZoneOf(db: Queries, store: string): Promise<string> {
	const [row] = await db.query<{ zone: string | null }>("SELECT time_zone AS zone FROM store WHERE id = $1", [store]);
	return row?.zone ?? "UTC";
}

/** The prices that stood in the store at an instant, everybody's first; of versions up to `upTo`. Empty: none counted. */
async function pricesAt(db: Queries, store: string, sku: string, at: Instant, upTo = Number.POSITIVE_INFINITY): Promise<Price[]> {
	const past = (await priceHistory(db, [sku], [store])).get(sku) ?? [];
	return countingAmong(past.map(({ price }) => price).filter((price) => price.version <= upTo && isInForce(price, at)));
}
