import type { DrillResult } from "./drill.ts";
import { type DrillStore, inSeconds, quietSku } from "./drill-store.ts";

const dayMs = 86_400_000;
const jumpMs = 2 * dayMs;
/** The next price is due so long after the clock has jumped. */
const dueAfterMs = 8_000;
/** Within this the gateway's time is right: a push takes effect by the second. */
const rightWithinMs = 60_000;

interface Alarms {
	items: { code: string; what: string }[];
}
interface Price {
	amountMinor: number;
}

export async function clockJump(store: DrillStore): Promise<DrillResult> {
	const { cockpit, hq, order, get, post, until } = store;
	const price = async (): Promise<number> => (await get<Price>(cockpit, `/api/v1/prices/${quietSku}`)).amountMinor;
	const { amountMinor: now } = await get<Price>(cockpit, `/api/v1/prices/${quietSku}`);
	const doubts = async (): Promise<number> =>
		(await get<{ items: unknown[] }>(cockpit, "/api/v1/events?type=clock.doubted&newest=50")).items.length;
	const timeIsRight = async (): Promise<boolean> =>
		Math.abs(Date.parse((await get<{ now: string }>(cockpit, "/api/v1/status")).now) - Date.now()) < rightWithinMs;
	const push = async (id: string, atMs: number, amountMinor: number): Promise<void> => {
		const changes = [{ sku: quietSku, amountMinor, currency: "EUR", kind: "regular" }];
		const body = { id: `${id}-${Date.now()}`, stores: "all", effectiveAt: new Date(atMs).toISOString(), changes };
		const status = await post(hq, "/api/v1/pushes", body);
		if (status !== 202) throw new Error(`head office did not take the push (${status})`);
		await until(async () => (await get<{ stores: { stored: number }[] }>(hq, `/api/v1/pushes/${body.id}`)).stores[0]?.stored === 1);
	};
	const dueAtMs = Date.now() + dueAfterMs;
	// Lower prices: a rise would wait for the labels.
	await push("drill-tomorrow", Date.now() + dayMs, now - 2);
	await push("drill-soon", dueAtMs, now - 1);
	const doubted = await doubts();

	await order({ do: "set-clock", aheadMs: jumpMs });
	const noticed = await until(async () => (await doubts()) > doubted);
	const isRight = await timeIsRight();
	// By the jumped clock both prices are due; the later one would count.
	await until(async () => Date.now() > dueAtMs + dueAfterMs / 4);
	const during = await price();
	const alarm = (await get<Alarms>(cockpit, "/api/v1/alarms")).items.find(({ code }) => code === "clock-untrusted");
	await order({ do: "set-clock", aheadMs: 0 });
	const back = await until(async () => (await price()) === now - 1);
	const isRightAgain = await timeIsRight();
	const cameEarly = during === now - 2 || (await price()) === now - 2;
	const waited = during === now;
	return {
		passed: noticed !== undefined && isRight && !cameEarly && (!waited || alarm !== undefined) && back !== undefined && isRightAgain,
		measured: {
			...{ jumpHours: jumpMs / 3_600_000, noticedSeconds: noticed ?? -1, timeStayedRight: isRight, tomorrowCameEarly: cameEarly },
			...{ dueWaited: waited, personTold: alarm !== undefined, backSeconds: back ?? -1 },
		},
		sentences: [
			`The box's clock jumped ${jumpMs / 3_600_000} hours ahead; the gateway noticed ${inSeconds(noticed)} and ` +
				`${isRight ? "went on by the right time" : "did NOT keep the right time"}.`,
			cameEarly ? "Tomorrow's price came EARLY." : "Tomorrow's price did not come early.",
			waited
				? `A price that was due meanwhile waited, because the box could not be sure; the alarm: ${alarm?.what ?? "NONE"}`
				: "A price that was due meanwhile came at its time.",
			`The clock was set right; that price was in force ${inSeconds(back)}.`,
		],
	};
}
