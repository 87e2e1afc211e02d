import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import { nextHash } from "../../../../src/words/basics/chain.ts";
import type { Rails } from "../../../../src/words/prices/rails.ts";
import { railsSetting } from "../../../../src/words/streams/setting.ts";
import type { Box } from "../box.ts";
import { type Office, recordsOf } from "../office/office-model.ts";
import { skus } from "../story.ts";
import type { World } from "../time.ts";
import { forgedAmount, isForged, liar, liarsAmount, wildAmount } from "./meddler.ts";

/** So that no price of the story's is over them: each is judged by itself, whatever came before it. */
export const rails: Rails = { currencies: ["EUR"], maxAmountMinor: 500_000 };

/** As it was told at its enrolment. */
export function tellRails(box: Pick<Box, "vault" | "now">): void {
	const book = box.vault.book();
	if (book.settings.value(railsSetting) !== undefined) return;
	const setting = { name: railsSetting, version: 1, value: JSON.stringify(rails) };
	const at = book.link.dn("config");
	const batch = { stream: "config", epoch: at?.epoch ?? "c".repeat(16), from: (at?.position ?? 0) + 1, hash: "c".repeat(32) };
	box.vault.commit("acceptDown", { ...batch, records: [{ record: { type: "setting", setting } }] }, box.now());
}

/** Every promise that a liar can break; asked of honest stores whenever something was committed there. */
export function lieIn(box: Box, office: Office): string | undefined {
	const at = box.now().wall;
	const released = new Set(
		recordsOf(office.of(box.store), "catalog").flatMap((record) =>
			record.type === "price" && record.released ? [record.price.version] : record.type === "price-release" ? [record.releases] : [],
		),
	);
	for (const sku of skus) {
		const price = box.vault.book().prices.winning(sku, at);
		if (price?.amountMinor === forgedAmount) return `forged: ${box.store} charges what head office never said, for ${sku}`;
		if (price?.amountMinor === liarsAmount) return `forged: ${box.store} charges what head office said to another store, for ${sku}`;
		if (price?.amountMinor === wildAmount && !released.has(price.version))
			return `held: ${box.store} charges version ${price.version} of ${sku}, which is over its rails and was not released`;
	}
	return undefined;
}

/** What head office took of a thief's, under the names of honest stores; and what reached other stores by the liar's word. */
export function liesAtOffice(stores: readonly string[], office: Office): string[] {
	return stores.flatMap((store) => {
		const at = office.of(store);
		const fact = at.taken.find(({ record }) => isForged((record as { id?: string }).id ?? ""));
		const price = recordsOf(at, "catalog").find((record) => record.type === "price" && record.price?.amountMinor === forgedAmount);
		return [
			...(fact ? [`forged: head office took ${(fact.record as { id: string }).id} for a fact of ${store}`] : []),
			...(price ? [`forged: head office says to ${store} what it never decided`] : []),
			...(at.inc > 1_000_000 ? [`forged: a box named itself ${at.inc} of ${store}`] : []),
		];
	});
}

/** The liar's box says that head office had told it more: its own ledger has records that nobody sent. */
export function claimMore(world: World, box: Box): void {
	const at = box.vault.book().link.dn("catalog");
	if (!box.isOn() || !at) return;
	world.saw("lie: I was told more");
	const records = Array.from({ length: world.between(1, 3) }, (_, n) => ({
		type: "price",
		price: {
			sku: world.pick(skus),
			version: 900_000 + at.position + n,
			kind: "regular",
			amountMinor: forgedAmount,
			currency: "EUR",
			from: "2026-01-01T00:00:00.000Z",
			push: "never",
		},
		released: true,
	}));
	const hash = records.map(canonicalText).reduce(nextHash, at.hash);
	const batch = { stream: "catalog", epoch: at.epoch, from: at.position + 1, records: records.map((record) => ({ record })), hash };
	box.switchOff();
	box.vault.commit("acceptDown", batch, box.now());
	box.switchOn();
}

/** Or that it is another box, which nobody granted its place. */
export function claimHigher(world: World, box: Box): void {
	if (!box.isOn()) return;
	world.saw("lie: I am a later box");
	box.switchOff();
	box.vault.commit("setIdentity", { inc: 2_000_000 + world.between(1, 9) }, box.now());
	box.switchOn();
}

/** Head office's own part: prices over the rails, some of them released, and prices for the liar's store only. */
export function tiredOffice(world: World, office: Office, store: string, isOver: () => boolean): void {
	const from = new Date(world.trueMs() - world.between(0, 60_000)).toISOString();
	const version = office.nextVersion();
	const price = { sku: world.pick(skus), version, kind: "regular" as const, currency: "EUR", from };
	if (store === liar) return office.sendCatalog(store, { type: "price", price: { ...price, amountMinor: liarsAmount } });
	world.saw("a price over the rails");
	office.sendCatalog(store, { type: "price", price: { ...price, amountMinor: wildAmount } });
	if (!world.chance(0.3)) return;
	world.after(world.between(1, 120_000), () => {
		if (isOver()) return;
		world.saw("a price released");
		const released = { ...price, amountMinor: wildAmount };
		const release = { type: "price-release" as const, sku: price.sku, version: office.nextVersion(), releases: version, by: "user:vera" };
		office.sendCatalog(store, { ...release, held: released });
	});
}
