/** Asks the gateway every few seconds who is signed in and what the time is, and so knows whether it answers. */

import type { Who } from "../../../words/answers/list.ts";
import type { RefillTask } from "../../../words/answers/replenishment.ts";
import type { WeighingShelf } from "../../../words/answers/shelves.ts";
import { Refused } from "../../cockpit/shared/ask.ts";
import { openArticles, refreshArticles } from "./articles.ts";
import { gateway } from "./gateway.ts";
import { heard, keepHeard, openKept } from "./kept.ts";
import { openOutbox, sendSoon } from "./outbox.ts";
import { change, type Hand, read } from "./state.ts";

const lookEveryMs = 4_000;

interface HeardLast {
	who: Pick<Who, "name" | "rights">;
	store: string;
	timeZone: string;
	aheadMs: number;
}

let looking = false;

export async function goLive(): Promise<void> {
	addEventListener("popstate", () => change({ screen: { at: "home" } }));
	await openKept().catch(() => change({ keepsNothing: true }));
	const last = await heard<HeardLast>("last");
	if (last) change(last);
	change({ orders: (await heard<Hand["orders"]>("orders")) ?? [], fills: (await heard<RefillTask[]>("fills")) ?? [] });
	change({ shelves: (await heard<WeighingShelf[]>("shelves")) ?? [] });
	await openArticles();
	if (!read().keepsNothing) await openOutbox();
	void navigator.storage?.persist?.();
	setInterval(() => void look(), lookEveryMs);
	addEventListener("online", () => void look());
	await look();
}

export async function look(): Promise<void> {
	if (looking || read().line === "unclaimed") return;
	looking = true;
	try {
		const wasLive = read().line === "live";
		const { name, rights } = await gateway.who();
		const { store, now, timeZone } = await gateway.status();
		const last: HeardLast = { who: { name, rights }, store, timeZone, aheadMs: Date.parse(now) - Date.now() };
		change({ ...last, line: "live", staleWho: false });
		await keepHeard("last", last);
		if (!wasLive) sendSoon();
		await refreshArticles();
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		if (error.status === 401) change({ line: error.code === "unclaimed" ? "unclaimed" : "locked" });
		else change({ line: "lost" });
	} finally {
		looking = false;
	}
}

/** Orders, refill tasks and weighing shelves, as a task's screen opens; those of before stay where no answer comes. */
export async function refreshWork(which: "orders" | "fills" | "shelves"): Promise<void> {
	try {
		const items = await gateway[which]();
		change({ [which]: items });
		await keepHeard(which, items);
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
	}
}

/** Acts that wait stay on the device until the same person signs in again. */
export async function signOut(): Promise<void> {
	await gateway.signOut();
	change({ line: "locked", screen: { at: "home" } });
}
