/** Articles that cost members and whoever takes several pieces less, as labels of four languages have to say it. */
import type { FaceFields } from "../../src/words/label.ts";

const plain: FaceFields = {
	sku: "1001",
	gtin: "04006381333931",
	name: "Whole milk 3.5 %",
	brand: "Alpine Dairy",
	netContent: "0.5 l",
	kind: "regular",
	amountMinor: 169,
	currency: "EUR",
	unitPrice: { amountMinor: 338, per: "l" },
	locale: "en",
};
const gold = { tier: "gold", amountMinor: 149, unitPrice: { amountMinor: 298, per: "l" } };
const all: Partial<FaceFields> = {
	depositMinor: 25,
	multiBuy: { quantity: 2, amountMinor: 300 },
	offers: [gold, { fromQuantity: 3, amountMinor: 139, unitPrice: { amountMinor: 278, per: "l" } }],
};
const reduced: Partial<FaceFields> = { kind: "promotion", priorAmountMinor: 249, until: "2026-12-05" };
const { gtin: _, ...unnumbered } = plain;

export const nastyOffers: Readonly<Record<string, FaceFields>> = {
	"a member price": { ...plain, offers: [gold] },
	"two for an amount": { ...plain, multiBuy: { quantity: 2, amountMinor: 300 }, depositMinor: 25 },
	"a price from three pieces on": { ...plain, offers: [{ fromQuantity: 3, amountMinor: 149 }] },
	"all offers at once": { ...plain, ...all },
	"all offers at once, in German": { ...plain, ...all, locale: "de", name: "Vollmilch länger haltbar 3,5 %" },
	"all offers at once, in Croatian": { ...plain, ...all, locale: "hr", name: "Trajno mlijeko 3,5 % m.m." },
	"all offers at once, in Chinese": { ...plain, ...all, locale: "zh-CN", currency: "CNY", name: "高山牧场全脂纯牛奶", brand: "高山牧场" },
	"an offer with a member price": { ...plain, ...reduced, offers: [gold], depositMinor: 25 },
	"an offer with all offers": { ...plain, ...reduced, ...all },
	"an offer with all offers, in Croatian": { ...plain, ...reduced, ...all, locale: "hr", name: "Trajno mlijeko 3,5 % m.m." },
	"an offer with all offers, in Chinese": { ...plain, ...reduced, ...all, locale: "zh-CN", currency: "CNY", name: "高山牧场全脂纯牛奶" },
	"a member price of loose goods": {
		...unnumbered,
		name: "Dry sausage",
		weighed: true,
		amountMinor: 1_249,
		unitPrice: { amountMinor: 1_249, per: "kg" },
		offers: [{ tier: "gold", amountMinor: 1_099, unitPrice: { amountMinor: 1_099, per: "kg" } }],
	},
	"a tier of 32 letters": { ...plain, offers: [{ ...gold, tier: "Family-and-Friends-Platinum-Plus" }] },
	"a tier of 32 wide letters, three offers": { ...plain, ...all, offers: [{ ...gold, tier: "W".repeat(32) }, ...all.offers!] },
	"offers of millions": {
		...plain,
		...all,
		locale: "id",
		currency: "IDR",
		amountMinor: 1_234_567_800,
		unitPrice: { amountMinor: 2_469_135_600, per: "1 kg" },
		depositMinor: 500_000_000,
		multiBuy: { quantity: 24, amountMinor: 22_345_678_900 },
		offers: [
			{ tier: "gold", fromQuantity: 100, amountMinor: 999_999_900, unitPrice: { amountMinor: 1_999_999_800, per: "1 kg" } },
			{ fromQuantity: 1_000, amountMinor: 988_888_800 },
		],
	},
	"a name of 200 letters and an offer": { ...plain, ...all, name: "Extraordinarily long designation ".repeat(7).slice(0, 200) },
};
