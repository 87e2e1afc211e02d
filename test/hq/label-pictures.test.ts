import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labelModel } from "../../drivers/label/models.ts";
import { pictureToPng } from "../../src/faces/drawing/png.ts";
import { type Drawing, startDrawing } from "../../src/faces/drawing/pool.ts";
import { type Hq, startHq } from "../../src/hq/service.ts";
import type { PicturedLabel } from "../../src/words/answers/labels.ts";
import type { Article } from "../../src/words/article.ts";
import { fieldsOf } from "../../src/words/prices/face-fields.ts";
import type { Price } from "../../src/words/prices/price.ts";
import { ask } from "./ask.ts";
import { storeWriter } from "./open-book.ts";

describe("the picture of a label at head office", () => {
	let hq: Hq;
	let drawing: Drawing;
	let writer: Awaited<ReturnType<typeof storeWriter>>;
	beforeAll(async () => {
		drawing = startDrawing({ workers: 1 });
		hq = await startHq({ port: 0, tenant: "test", currency: "EUR" });
		await ask(`${hq.url}/api/v1/stores`, "POST", { id: "d1", timeZone: "Europe/Berlin" });
		writer = await storeWriter(hq.repositories, "d1");
		const change = { sku: "1", amountMinor: 249, currency: "EUR", gtin: "4006381333931", name: "Kaffee, gemahlen", netContent: "500 g" };
		await push("p1", change);
	}, 120_000);
	afterAll(async () => {
		await hq.stop();
		await drawing.stop();
	});

	const push = (id: string, change: object) => ask(`${hq.url}/api/v1/pushes`, "POST", { id, stores: "all", changes: [change] });
	const picture = async (label: string) =>
		(await ask(`${hq.url}/api/v1/stores/d1/labels/${label}`, "GET")).body as unknown as PicturedLabel;
	const newest = async (): Promise<{ article: Article; price: Price }> => {
		const [{ body }] = (await hq.db.query<{ body: string }>("SELECT body FROM article WHERE sku = '1'")) as [{ body: string }];
		const [row] = await hq.db.query<{ body: string }>(
			"SELECT r.body FROM push_change c JOIN record r ON r.n = c.version WHERE c.sku = '1' ORDER BY c.version DESC LIMIT 1",
		);
		return { article: JSON.parse(body) as Article, price: (JSON.parse(row!.body) as { price: Price }).price };
	};
	/** Bytes as the store's own gateway draws them, and the fact that the label shows them. */
	async function shows(label: string, hwType: number, locale: string, digest?: string) {
		const { article, price } = await newest();
		const drawn = await drawing.draw({
			fields: fieldsOf(article, price, [], { locale, timeZone: "Europe/Berlin", recall: undefined }),
			hwType,
			firmware: 0xffff,
		});
		await writer.says(
			{ type: "label.bound", label, sku: "1", face: null },
			{
				...{ type: "price.activated", sku: "1", version: price.version, kind: "regular", amountMinor: price.amountMinor, currency: "EUR" },
				...{ push: null, labels: 1 },
			},
			{
				...{ type: "label.shown", label, sku: "1", version: 1, priceVersion: price.version, upToVersion: price.version },
				...{ amountMinor: price.amountMinor, currency: "EUR", picture: digest ?? drawn.digest, downloadedAt: null },
				at: new Date().toISOString(),
			} as never,
		);
		return pictureToPng(drawn.dataType, drawn.bytes, labelModel(hwType)!).toString("base64");
	}

	it("is the one that the label confirmed, byte for byte, in the store's language and the label's size, where the digest proves it", async () => {
		const png = await shows("0000021A", 0x02, "de");
		const { pictures, without, state } = await picture("0000021A");
		expect([state, without]).toEqual(["SHOWN", null]);
		expect(pictures).toMatchObject([{ basis: "same", width: 400, height: 300, amountMinor: 249, model: labelModel(0x02)!.name }]);
		expect(pictures[0]!.png).toBe(png);
		expect(pictures[0]!.at).not.toBe(null);
	}, 120_000);

	it("is said to be only like it where the label shows another picture than can be drawn here", async () => {
		await shows("0000021B", 0x02, "de", "0123456789ABCDEF");
		expect((await picture("0000021B")).pictures).toMatchObject([{ basis: "like", amountMinor: 249 }]);
	}, 120_000);

	it("is that of the old price and that of the new one while the label has not confirmed the new one", async () => {
		await push("p2", { sku: "1", amountMinor: 199, currency: "EUR" });
		const { price } = await newest();
		await writer.says({
			...{ type: "price.activated", sku: "1", version: price.version, kind: "regular", amountMinor: 199, currency: "EUR" },
			...{ push: "p2", labels: 2 },
		});
		const { state, pictures } = await picture("0000021A");
		expect(state).toBe("PENDING");
		expect(pictures).toMatchObject([
			{ basis: "same", amountMinor: 249 },
			{ basis: "expected", amountMinor: 199, at: null },
		]);
	}, 120_000);

	it("is none, with the reason, where there is nothing to draw; and a label that nobody knows is refused", async () => {
		await writer.says({ type: "label.bound", label: "0000021C", sku: "none", face: null });
		expect(await picture("0000021C")).toMatchObject({ pictures: [], without: "no-article" });
		expect(await ask(`${hq.url}/api/v1/stores/d1/labels/nobody`, "GET")).toMatchObject({ status: 404, body: { code: "label-unknown" } });
		expect(await ask(`${hq.url}/api/v1/stores/d9/labels/0000021A`, "GET")).toMatchObject({ status: 404, body: { code: "store-unknown" } });
	});
});
