import type { DrillResult } from "./drill.ts";
import { type DrillStore, inSeconds, quietSku } from "./drill-store.ts";

interface Moved {
	items: { movement: { id: string } }[];
}

/** The cut comes in the middle of the movements that are posted. */
const cutAfter = 15;
const movements = 60;

export async function powerCut(store: DrillStore): Promise<DrillResult> {
	const { cockpit, order, get, post, until } = store;
	const run = Date.now();
	const move = (n: number): Promise<number> =>
		post(cockpit, "/api/v1/stock/movements", {
			...{ id: `drill-power-${run}-${n}`, sku: quietSku, quantity: 1, reason: "receive", occurredAt: new Date().toISOString() },
		});

	const acknowledged: number[] = [];
	let cut: Promise<void> | undefined;
	let cutAtMs = 0;
	for (let n = 0; n < movements; n += 1) {
		if (n === cutAfter) {
			cutAtMs = performance.now();
			cut = order({ do: "kill-gateway" });
		}
		if ((await move(n)) === 201) acknowledged.push(n);
		else if (cut) break;
	}
	await cut;
	const ready = await until(async () => (await get<{ ready: boolean }>(cockpit, "/readyz")).ready);
	const downSeconds = Math.round((performance.now() - cutAtMs) / 100) / 10;
	// A sale that was acknowledged is known under its id (200); another is taken now (201). Both are there once.
	let known = 0;
	let retried = 0;
	for (let n = 0; n < movements; n += 1) {
		const status = await move(n);
		if (acknowledged.includes(n) && status === 200) known += 1;
		if (status === 200 || status === 201) retried += 1;
	}
	const { items } = await get<Moved>(cockpit, `/api/v1/events?type=stock.moved&sku=${quietSku}&newest=500`);
	const moved = items.map(({ movement }) => movement.id).filter((id) => id.startsWith(`drill-power-${run}-`));
	const lost = acknowledged.length - known;
	const doubled = moved.length - new Set(moved).size;
	return {
		passed: ready !== undefined && lost === 0 && retried === movements && doubled === 0 && moved.length === movements,
		measured: { acknowledged: acknowledged.length, lost, doubled, downSeconds: ready === undefined ? -1 : downSeconds },
		sentences: [
			`The gateway's process was ended while movements came; it had acknowledged ${acknowledged.length}.`,
			`It was ready again ${inSeconds(ready === undefined ? undefined : downSeconds)}.`,
			`Lost of what was acknowledged: ${lost}. All ${movements} were sent again under their ids: ${doubled} are there twice.`,
		],
	};
}
