import type { DrillResult } from "./drill.ts";
import { type DrillStore, inSeconds, quietSku } from "./drill-store.ts";

interface Line {
	hq: { connected: boolean; factsWaiting: number };
}

const movements = 20;

export async function wanCut(store: DrillStore): Promise<DrillResult> {
	const { cockpit, hq, order, get, post, until } = store;
	const status = (): Promise<Line> => get<Line>(cockpit, "/api/v1/status");
	const onHand = async (base: string, path: string): Promise<number> => (await get<{ onHand: number }>(base, path)).onHand;
	await until(async () => (await status()).hq.connected);

	await order({ do: "cut-line" });
	const noticed = await until(async () => !(await status()).hq.connected);
	let acknowledged = 0;
	for (let n = 0; n < movements; n += 1) {
		const move = {
			id: `drill-wan-${Date.now()}-${n}`,
			sku: quietSku,
			quantity: 1,
			reason: "receive",
			occurredAt: new Date().toISOString(),
		};
		if ((await post(cockpit, "/api/v1/stock/movements", move)) === 201) acknowledged += 1;
	}
	const waiting = (await status()).hq.factsWaiting;
	await order({ do: "mend-line" });
	const back = await until(async () => (await status()).hq.connected);
	const heard = await until(async () => (await status()).hq.factsWaiting === 0);
	const equal = await until(
		async () => (await onHand(cockpit, `/api/v1/stock/${quietSku}`)) === (await onHand(hq, `/api/v1/stores/demo/stock/${quietSku}`)),
	);
	const passed = noticed !== undefined && acknowledged === movements && waiting >= movements && heard !== undefined && equal !== undefined;
	return {
		passed,
		measured: {
			...{ noticedSeconds: noticed ?? -1, acknowledged, asked: movements, factsWaiting: waiting },
			...{ backSeconds: back ?? -1, heardSeconds: heard ?? -1, stockIsEqual: equal !== undefined },
		},
		sentences: [
			`The line was cut; the gateway noticed ${inSeconds(noticed)}.`,
			`Without head office it acknowledged ${acknowledged} of ${movements} movements; ${waiting} facts waited.`,
			`The line was mended; the gateway was connected ${inSeconds(back)}, and head office had everything ${inSeconds(heard)} more.`,
			equal === undefined ? "Stock of both ends is NOT equal." : "Stock of both ends is equal.",
		],
	};
}
