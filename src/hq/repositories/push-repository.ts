import type { Actor } from "../../words/actor.ts";
import type { RailsChange } from "../../words/answers/head-office/guard-rails.ts";
import type { PushAnswer } from "../../words/answers/head-office/pushes.ts";
import type { ArticleFields } from "../../words/article.ts";
import type { Instant } from "../../words/time.ts";
import { acceptPush } from "../catalog/accept-push.ts";
import { deleteArticle, dropBarcode, editArticle } from "../catalog/articles/edit-article.ts";
import { type AskedArticles, listArticles, readArticle } from "../catalog/articles/list-articles.ts";
import * as rails from "../catalog/guard-rails.ts";
import { changesOf, rejectedOf } from "../catalog/kept/push-contents.ts";
import { readFile } from "../catalog/kept/push-file.ts";
import type { SignedRails, SignedRelease } from "../catalog/life/approval.ts";
import * as life from "../catalog/life/release.ts";
import { endPush, withdrawPush } from "../catalog/life/withdraw.ts";
import { previewPush } from "../catalog/preview.ts";
import { listPushes, readPush, withTotals } from "../catalog/push-view.ts";
import type { AskedPush, LargePush } from "../catalog/pushes.ts";
import { advanceWaves } from "../catalog/waves/roll-out.ts";
import { announceRails, type Shared } from "./shared.ts";

/** Pushes, what becomes of them, articles, and the guard rails that may hold them. */
export function pushRepository(shared: Shared) {
	return { ...pushes(shared), ...lifeOfPushes(shared), ...articles(shared), ...guardRails(shared) };
}

function articles({ db, clock, announceAll }: Shared) {
	const said = <M extends { stores: string[] }>(edited: M): M => {
		announceAll(edited.stores, "catalog");
		return edited;
	};
	return {
		articles: (asked: AskedArticles) => listArticles(db, asked),
		article: (skuOrGtin: string) => readArticle(db, skuOrGtin),
		editArticle: async (sku: string, fields: ArticleFields) => said(await editArticle(db, sku, fields)),
		dropBarcode: async (sku: string, gtin14: string) => said(await dropBarcode(db, sku, gtin14)),
		deleteArticle: async (sku: string) => said(await deleteArticle(db, sku, clock())),
	};
}

function pushes(shared: Shared) {
	const { db, chains, clock, currency, announceAll } = shared;
	return {
		async acceptPush(push: AskedPush | LargePush): Promise<PushAnswer> {
			const { answer, stores, records } = await acceptPush(db, push, clock(), currency);
			chains.keepAtHand(records);
			announceAll(stores, "catalog");
			// The first push of a tenant decides its currency, where none was configured.
			if (currency === undefined && stores.length > 0) await announceRails(shared);
			return answer;
		},
		/** The effect of a push, and the objections of guard rails; nothing is written. */
		previewPush: (push: Omit<AskedPush, "id"> | Omit<LargePush, "id">) => previewPush(db, push, clock(), currency),
		push: (id: string) => readPush(db, id, clock()),
		pushFile: (id: string) => readFile(db, id),
		pushChanges: (id: string, after: number, limit: number) => changesOf(db, id, after, limit),
		pushRejected: (id: string, after: number, limit: number) => rejectedOf(db, id, after, limit),
		pushes: (before: number | undefined, limit: number) => listPushes(db, before, limit, clock()),
		/** With one sum over the stores in place of a row a store. */
		pushTotals: async (before: number | undefined, limit: number) => (await listPushes(db, before, limit, clock())).map(withTotals),
	};
}

function lifeOfPushes({ db, clock, announceAll }: Shared) {
	const moved = <M extends { stores: string[] }>(push: M): M => {
		announceAll(push.stores, "catalog");
		return push;
	};
	return {
		withdrawPush: async (id: string, skus: readonly string[] | undefined, by: Actor) =>
			moved(await withdrawPush(db, id, skus, by, clock())),
		/** Left out, `signed`: no approver's signature goes along. */
		releasePush: async (id: string, by: Actor, signed?: SignedRelease) => moved(await life.releasePush(db, id, by, clock(), signed)),
		/** The terms that a release would let go, at which time, for an approver to sign. */
		async releaseTerms(id: string, by: Actor): Promise<{ at: Instant; terms: string[] }> {
			const at = clock();
			return { at, terms: await life.releaseTerms(db, id, by, at) };
		},
		holdPush: async (id: string, by: Actor) => moved(await life.holdPush(db, id, by, clock())),
		resumePush: async (id: string, by: Actor) => moved(await life.resumePush(db, id, by, clock())),
		/** Moves the open waves of pushes on, or halts them, as what their stores report stays within the limits. */
		advanceWaves: async () => void announceAll(await advanceWaves(db, clock), "catalog"),
		endPush: async (id: string, skus: readonly string[] | undefined, at: Instant | undefined) =>
			moved(await endPush(db, id, skus, at, clock())),
	};
}

function guardRails({ db, clock, currency, announceAll }: Shared) {
	return {
		/** The one currency in which the stores charge, for files that name none. */
		usualCurrency: () => rails.usualCurrencyOf(db, currency),
		guardRails: (store: string | undefined) => rails.readRails(db, store, currency),
		proposeRails: (store: string | undefined, change: RailsChange, by: Actor) => rails.proposeRails(db, store, change, by, clock()),
		railsTerms: async (proposal: number, by: Actor) => ({ at: clock(), terms: await rails.railsTerms(db, proposal, by, currency) }),
		async approveRails(proposal: number, by: Actor, signed?: SignedRails): Promise<void> {
			announceAll(await rails.approveRails(db, proposal, by, clock(), { usualCurrency: currency, signed }), "config");
		},
	};
}
