import type { PlaceApproval } from "../../trust/approvers.ts";
import type { ChangedMembership } from "../../words/answers/head-office/stores.ts";
import type { SettingValue } from "../../words/streams/setting.ts";
import type { Instant } from "../../words/time.ts";
import { catchUp } from "../catalog/life/catch-up.ts";
import { sendCoupons } from "../coupons/coupons.ts";
import { sendMemberKeys } from "../members/members.ts";
import { sendPointsRules } from "../members/points.ts";
import { sendRecalls } from "../recalls/recalls.ts";
import { factsGoneUpTo } from "../retention/gone.ts";
import { sendReceiptKeys } from "../returns/receipt-keys.ts";
import { listGroups, membershipOf, setGroups } from "../stores/groups.ts";
import { swapBox } from "../stores/incarnations.ts";
import { openLabelCounts } from "../stores/label-counts.ts";
import { listLabels } from "../stores/labels.ts";
import { type PlaceQuestion, placeActOf } from "../stores/places.ts";
import * as quarantine from "../stores/quarantine.ts";
import { setSetting } from "../stores/settings.ts";
import { alarmsByCode, listStoreAlarms } from "../stores/store-alarms.ts";
import * as stores from "../stores/stores.ts";
import * as facts from "../streams/facts.ts";
import * as forks from "../streams/forks.ts";
import { announceRails, type Shared } from "./shared.ts";

/** Stores: making them, their settings and boxes, and what each of them sent up. */
export function storeRepository(shared: Shared) {
	return { ...enrolledStores(shared), ...receivedFromStores(shared) };
}

function enrolledStores(shared: Shared) {
	const { db, clock, announce } = shared;
	const labelCounts = openLabelCounts(db);
	return {
		/** Makes the store where there is none; a new one is sent the guard rails and every price that is for all stores. */
		async enroll(store: string, replace?: boolean, timeZone?: string) {
			const enrolled = await stores.enroll(db, store, clock(), replace);
			if (enrolled.created) {
				if (timeZone !== undefined) await stores.setTimeZone(db, store, timeZone);
				await announceRails(shared, [store]);
				await catchUp(db, store, clock());
				await sendRecalls(db, store);
				await sendMemberKeys(db, store);
				await sendReceiptKeys(db, store);
				await sendPointsRules(db, store);
				await sendCoupons(db, store, clock());
			}
			announce(store, "catalog");
			return enrolled;
		},
		requireStores: (names: readonly string[]) => stores.requireStores(db, names),
		/** Sends a store the prices for all stores that it was never sent. */
		async catchUp(store: string) {
			const caught = await catchUp(db, store, clock());
			announce(store, "catalog");
			return caught;
		},
		/** `labels`: null until they were counted once. */
		async stores(after: string, limit: number) {
			const rows = await stores.listStores(db, after, limit);
			const labels = await labelCounts(rows.map(({ id }) => id));
			return rows.map((row) => ({ ...row, labels: labels.get(row.id) ?? null }));
		},
		async store(store: string) {
			const row = await stores.readStore(db, store);
			return { ...row, labels: (await labelCounts([store])).get(store) ?? null };
		},
		/** Sets one setting of one store; `null` takes it back. */
		async setSetting(store: string, name: string, value: SettingValue) {
			const setting = await setSetting(db, store, name, value);
			announce(store, "config");
			return setting;
		},
		groups: () => listGroups(db),
		groupsOf: (store: string) => membershipOf(db, store),
		/** Sets the groups of a store, and sends it the prices of those that are new to it. */
		async setGroups(store: string, groups: readonly string[], by: string): Promise<ChangedMembership> {
			const { membership, isChanged, staying } = await setGroups(db, store, groups, by, clock());
			const caughtUp = isChanged ? await catchUp(db, store, clock()) : { push: null, changes: 0 };
			announce(store, "config");
			announce(store, "catalog");
			return { ...membership, staying, caughtUp };
		},
		/** A box swap: the box named takes the store's place; without a name, the next box that greets for the first time. */
		async grantIncarnation(store: string, box?: string, approval?: PlaceApproval) {
			const granted = await swapBox(db, store, box, clock(), approval);
			announce(store, "place");
			return granted;
		},
		/** A box was enrolled, or an enrolment ended: the box from before is heard no more. */
		placeChanged: (store: string) => announce(store, "place"),
		/** The act that an approver signs; `at` left out: now. */
		placeAct: (asked: PlaceQuestion, at: Instant = clock()) => placeActOf(db, asked, at),
	};
}

/** Lists of one store. They throw the refusal `store-unknown` where there is no such store. */
function receivedFromStores({ db }: Shared) {
	return {
		async labels(store: string, after: string, limit: number) {
			await stores.requireStore(db, store);
			return listLabels(db, store, after, limit);
		},
		/** The number of the last fact that left by a policy of retention. */
		factsGoneUpTo: () => factsGoneUpTo(db),
		async facts(store: string, asked: facts.AskedFacts) {
			await stores.requireStore(db, store);
			return facts.listFacts(db, store, asked);
		},
		async storeAlarms(store: string) {
			await stores.requireStore(db, store);
			return listStoreAlarms(db, store);
		},
		/** The alarms of all stores, one row a code. */
		alarmsByCode: () => alarmsByCode(db),
		async quarantined(store: string) {
			await stores.requireStore(db, store);
			return quarantine.listQuarantine(db, store);
		},
		async forks(store: string) {
			await stores.requireStore(db, store);
			return forks.listForks(db, store);
		},
		async deadLetters(store: string, limit: number) {
			await stores.requireStore(db, store);
			return facts.listDeadLetters(db, store, limit);
		},
	};
}
