import type { Instant } from "../time.ts";

export interface LabelCounts {
	/** With an article. */
	total: number;
	shown: number;
	pending: number;
	failed: number;
}

/**
 * How sure head office is of a picture that it drew. `same`: byte for byte the one that the label confirmed. `like`: of the price that the
 * label confirmed; the store's faces, language or label may differ. `expected`: of what the label should show, and has not confirmed.
 */
export type PictureBasis = "same" | "like" | "expected";

export interface LabelPicture {
	basis: PictureBasis;
	/** PNG in base64. */
	png: string;
	width: number;
	height: number;
	amountMinor: number;
	currency: string;
	/** When the label confirmed it; null where it has not. */
	at: Instant | null;
	/** The label's model, where the picture proves it; else that of the drawing. */
	model: string;
}

/** A label with the pictures of what it confirmed and, where that is another one, of what it should show. */
export type PicturedLabel = Pick<LabelAtStore, "id" | "sku" | "face" | "state" | "why"> & {
	pictures: LabelPicture[];
	/** Why there is no picture, or none of a kind; null where both are there. */
	without: "no-article" | "no-price" | "cannot-be-drawn" | null;
};

export interface LabelAtStore {
	id: string;
	sku: string | null;
	face: string | null;
	model: null;
	/** The picture that the label itself reported. */
	confirmed: { version: number; at: Instant } | null;
	/** The price on that picture, and the version of the newest change that it takes into account. */
	shown: { amountMinor: number; currency: string; priceVersion: number; upToVersion: number } | null;
	/** By the facts that HQ has received: SHOWN when no activated change is newer than what the label shows. */
	state: "SHOWN" | "PENDING" | "FAILED" | "UNBOUND";
	why: string | null;
}

/** An article with a paper label. */
export interface PaperLabelRow {
	sku: string;
	name: string | null;
	printedAt: Instant;
	printer: string;
	/** The print job that it came from. */
	job: string;
	/** It says something else than it should. */
	due: boolean;
	/** A new one is on its way to a printer. */
	waits: boolean;
}
