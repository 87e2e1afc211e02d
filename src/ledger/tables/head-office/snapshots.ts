import { type Article, barcodesOf } from "../../../words/article.ts";
import type { Price } from "../../../words/prices/price.ts";
import type { PriceBefore, PriceRecord } from "../../../words/streams/catalog.ts";
import { isVisible } from "../../../words/text.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";
import { type PriceRow, priceColumns, priceMarks, priceValues, toPrice } from "../prices/prices.ts";

/** The parts of a snapshot, as HQ listed them (link/protocol/messages.ts, manifest). */
export interface PendingSnapshot {
	id: string;
	epoch: string;
	baseSeq: number;
	baseHash: string;
	count: number;
	chunks: number;
	sha256: string;
	chunkSha: string[];
}
export interface PlannedLabel {
	label: string;
	sku: string | null;
	face?: string;
}

export function readSnapshots(db: Connection) {
	const pending = db.prepare<[string], { manifest: string }>("SELECT manifest FROM snapshot WHERE stream = ?");
	const chunks = db.prepare<[string], { chunk: number }>("SELECT chunk FROM snapshot_chunk WHERE stream = ?");
	return {
		/** The manifest and which chunks are here; kept across restarts. */
		pending(stream: string): { manifest: PendingSnapshot; have: Set<number> } | undefined {
			const row = pending.get(stream);
			return row && { manifest: JSON.parse(row.manifest) as PendingSnapshot, have: new Set(chunks.all(stream).map(({ chunk }) => chunk)) };
		},
	};
}

type NextRow = PriceRow & { article_name: string | null; before_amount_minor: number | null; before_currency: string | null };

/** A price of a snapshot, with the fields that the guard rails need. */
export interface UnjudgedPrice {
	price: Price;
	/** Whether its article has a name other than its SKU. */
	named: boolean;
	before?: PriceBefore;
}

const columns = `${priceColumns}, state`;
const values = `VALUES (${priceMarks}, 0)`;

export function writeSnapshots(db: Connection) {
	return { ...writeChunks(db), ...readNextLabels(db), ...writeJudgement(db), ...writeSwap(db), ...writeRepairs(db) };
}

/** The rows of a snapshot as its chunks come, in tables of their own. */
function writeChunks(db: Connection) {
	const begin = db.prepare("INSERT OR REPLACE INTO snapshot (stream, manifest) VALUES (?, ?)");
	const have = db.prepare("INSERT OR IGNORE INTO snapshot_chunk (stream, chunk) VALUES (?, ?)");
	const article = db.prepare("INSERT OR REPLACE INTO next_article (sku, version, body) VALUES (?, ?, ?)");
	const gtin = db.prepare("INSERT OR REPLACE INTO next_gtin (gtin, sku) VALUES (?, ?)");
	const price = db.prepare(
		`INSERT OR REPLACE INTO next_price (${columns}, released, before_amount_minor, before_currency)
		 ${values.slice(0, -1)}, ?, ?, ?)`,
	);
	const label = db.prepare("INSERT OR REPLACE INTO next_label (id, sku, face) VALUES (?, ?, ?)");

	const forget = (stream: string): void => {
		db.prepare("DELETE FROM snapshot WHERE stream = ?").run(stream);
		db.prepare("DELETE FROM snapshot_chunk WHERE stream = ?").run(stream);
		for (const table of ["next_article", "next_gtin", "next_price", "next_label"]) db.exec(`DELETE FROM ${table}`);
	};
	return {
		forget,
		begin(stream: string, manifest: PendingSnapshot): void {
			forget(stream);
			begin.run(stream, JSON.stringify(manifest));
		},
		putChunk(stream: string, chunk: number, rows: { articles: Article[]; prices: PriceRecord[]; labels: PlannedLabel[] }): void {
			for (const each of rows.articles) {
				article.run(each.sku, each.version, JSON.stringify(each));
				for (const key of barcodesOf(each)) gtin.run(key, each.sku);
			}
			for (const { price: each, released, before } of rows.prices)
				price.run(...priceValues(each), released ? 1 : null, before?.amountMinor ?? null, before?.currency ?? null);
			for (const each of rows.labels) label.run(each.label, each.sku, each.face ?? null);
			have.run(stream, chunk);
		},
	};
}

function readNextLabels(db: Connection) {
	const labels = db.prepare<[], { id: string; sku: string | null; face: string | null }>(
		"SELECT id, sku, face FROM next_label ORDER BY id",
	);
	const changed = db.prepare<[], { id: string }>(`
		SELECT l.id FROM label l JOIN next_article n ON n.sku = l.sku LEFT JOIN article a ON a.sku = l.sku
		WHERE l.desired_version > 0 AND a.body IS NOT n.body
		UNION SELECT l.id FROM label l WHERE l.sku IN (SELECT sku FROM price EXCEPT SELECT sku FROM next_price)`);
	const units = db.prepare<[], { before: string; after: string }>(`
		SELECT a.body AS before, n.body AS after FROM next_article n JOIN article a ON a.sku = n.sku WHERE a.body <> n.body
		AND coalesce(json_extract(a.body, '$.weighed'), 0) <> coalesce(json_extract(n.body, '$.weighed'), 0)`);
	return {
		/** Articles that are sold by another unit than before. */
		changedUnits: (): { before: Article; after: Article }[] =>
			units.all().map(({ before, after }) => ({ before: JSON.parse(before) as Article, after: JSON.parse(after) as Article })),
		/** Labels whose text changes with the articles, or that lose their price. */
		changedLabels: (): string[] => changed.all().map(({ id }) => id),
		plan: (): PlannedLabel[] => labels.all().map(({ id, sku, face }) => ({ label: id, sku, ...(face !== null && { face }) })),
	};
}

/** Which prices of the snapshot this store's guard rails have not judged yet. */
function writeJudgement(db: Connection) {
	const unjudged = db.prepare<[string, number, number], NextRow>(`
		SELECT n.*, json_extract(a.body, '$.name') AS article_name FROM next_price n LEFT JOIN next_article a ON a.sku = n.sku
		WHERE (n.sku, n.version) > (?, ?) AND n.state = 0 AND n.released IS NULL AND NOT EXISTS (
			SELECT 1 FROM price p WHERE p.sku = n.sku AND p.version = n.version AND p.from_at = n.from_at AND p.amount_minor = n.amount_minor
			AND p.currency = n.currency AND p.kind = n.kind AND p.state <> 3) ORDER BY n.sku, n.version LIMIT ?`);
	const setHeld = db.prepare("UPDATE next_price SET state = 3 WHERE sku = ? AND version = ?");
	const keepStates = db.prepare(`
		UPDATE next_price AS n SET state = p.state FROM price p WHERE p.sku = n.sku AND p.version = n.version
		AND p.from_at = n.from_at AND p.until_at IS n.until_at AND p.amount_minor = n.amount_minor AND p.currency = n.currency
		 AND p.kind = n.kind`);
	const released = db.prepare("UPDATE next_price SET state = 0 WHERE state = 3 AND released = 1");
	return {
		/** Prices of the snapshot that this store has not judged yet and that nobody released, after this one. */
		unjudged: (after: Pick<Price, "sku" | "version">, limit: number): UnjudgedPrice[] =>
			unjudged.all(after.sku, after.version, limit).map((row) => ({
				price: toPrice(row),
				named: isVisible(row.article_name ?? ""),
				...(row.before_currency !== null && {
					before: { amountMinor: row.before_amount_minor!, currency: row.before_currency },
				}),
			})),
		/** A price that the store has already keeps its state. */
		keepStates(): void {
			keepStates.run();
			released.run();
		},
		holdNext: ({ sku, version }: Price): void => void setHeld.run(sku, version),
	};
}

function writeSwap(db: Connection) {
	// Prices in force stay beside HQ's rows where the article's new price may have to be held, and while prices are frozen.
	const keepInForce = db.prepare<[number]>(`
		INSERT OR IGNORE INTO next_price (${columns}) SELECT ${columns} FROM price p WHERE p.state = 1
		AND (? OR p.sku IN (SELECT sku FROM next_price WHERE state = 3))`);
	const leaving = db.prepare<[], { sku: string }>(`
		SELECT DISTINCT sku FROM price p WHERE state = 1
		AND NOT EXISTS (SELECT 1 FROM next_price n WHERE n.sku = p.sku AND n.version = p.version)`);
	const has = db.prepare<[string, number], unknown>("SELECT 1 FROM next_price WHERE sku = ? AND version = ?");
	const again = db.prepare("UPDATE next_price SET state = 0 WHERE sku = ? AND state <> 3");
	return {
		/**
		 * The new rows take the place of the old ones. Where the price in force is gone, the article's prices come into force anew; it stays
		 * where the new one is held, and everywhere while prices are frozen.
		 */
		swap(winningVersion: (sku: string, at: Instant) => number | undefined, at: Instant, isFrozen: boolean): void {
			keepInForce.run(isFrozen ? 1 : 0);
			for (const { sku } of leaving.all()) {
				const version = winningVersion(sku, at);
				if (version === undefined || !has.get(sku, version)) again.run(sku);
			}
			db.exec(`
				DELETE FROM article; INSERT INTO article SELECT sku, version, body FROM next_article;
				DELETE FROM article_gtin; INSERT INTO article_gtin SELECT gtin, sku FROM next_gtin;
				DELETE FROM price; INSERT INTO price (${columns}) SELECT ${columns} FROM next_price`);
		},
	};
}

/** Replaces single rows of a bucket whose sum differs from HQ's. */
function writeRepairs(db: Connection) {
	const putArticle = db.prepare("INSERT OR REPLACE INTO article (sku, version, body) VALUES (?, ?, ?)");
	const dropArticle = db.prepare("DELETE FROM article WHERE sku = ?");
	const dropGtins = db.prepare("DELETE FROM article_gtin WHERE sku = ?");
	const putGtin = db.prepare("INSERT OR REPLACE INTO article_gtin (gtin, sku) VALUES (?, ?)");
	const dropPrice = db.prepare("DELETE FROM price WHERE sku = ? AND version = ?");
	const putPrice = db.prepare(`INSERT OR REPLACE INTO price (${columns}) ${values}`);
	return {
		replaceArticle(sku: string, article: Article | undefined): void {
			dropGtins.run(sku);
			if (!article) return void dropArticle.run(sku);
			putArticle.run(sku, article.version, JSON.stringify(article));
			for (const key of barcodesOf(article)) putGtin.run(key, sku);
		},
		dropPrice: (sku: string, version: number): void => void dropPrice.run(sku, version),
		/** State of a price that waits for its time. */
		putPrice: (price: Price): void => void putPrice.run(...priceValues(price)),
	};
}
