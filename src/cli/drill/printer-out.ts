import type { DrillResult } from "./drill.ts";
import { type DrillStore, inSeconds } from "./drill-store.ts";

interface Alarms {
	items: { code: string; subject: string; what: string; do: string }[];
}

export async function printerOut(store: DrillStore): Promise<DrillResult> {
	const { cockpit, control, get, post, until } = store;
	const { items: devices } = await get<{ items: { id: string; family: string; protocol: string; state: string }[] }>(
		cockpit,
		"/api/v1/devices",
	);
	const printer = devices.find(({ family, protocol }) => family === "printer" && protocol !== "zpl")?.id;
	if (printer === undefined) throw new Error("the demo store has no receipt printer");
	const id = `drill-paper-${Date.now()}`;
	const alarm = async (): Promise<Alarms["items"][number] | undefined> =>
		(await get<Alarms>(cockpit, "/api/v1/alarms")).items.find(({ subject }) => subject === printer);
	const state = async (): Promise<string> => (await get<{ state: string }>(cockpit, `/api/v1/print-jobs/${id}`)).state;
	const isWell = async (): Promise<boolean> => (await get<{ state: string }>(cockpit, `/api/v1/devices/${printer}`)).state === "well";
	await until(isWell);

	await post(control, `/printers/${printer}/paper-out`, {});
	const alarmSeconds = await until(async () => (await alarm()) !== undefined);
	const { what = "nothing", do: act = "nothing" } = (await alarm()) ?? {};
	const queued = await post(cockpit, "/api/v1/print-jobs", { id, printer, document: "^^^Drill\n\nMilch | 1,59\n" });
	// Queued, or begun and waiting for the printer's word.
	const waits = queued === 201 && ["queued", "printing"].includes(await state());
	await post(control, `/printers/${printer}/paper-in`, {});
	const printed = await until(async () => (await state()) === "printed");
	const healed = await until(async () => (await alarm()) === undefined);
	const again = await post(cockpit, "/api/v1/print-jobs", { id, printer, document: "^^^Drill\n\nMilch | 1,59\n" });
	const copies = (await get<{ copy: number }>(cockpit, `/api/v1/print-jobs/${id}`)).copy;
	return {
		passed: alarmSeconds !== undefined && waits && printed !== undefined && healed !== undefined && again === 200 && copies === 1,
		measured: {
			...{ toldSeconds: alarmSeconds ?? -1, receiptWaited: waits, printedSeconds: printed ?? -1, healedSeconds: healed ?? -1 },
			...{ copies },
		},
		sentences: [
			`The paper ended at ${printer}; the gateway said so ${inSeconds(alarmSeconds)}: ${what} ${act}`,
			waits ? "A receipt that came meanwhile waited." : "A receipt that came meanwhile did NOT wait.",
			`With new paper it was printed ${inSeconds(printed)}, once; the alarm went by itself.`,
		],
	};
}
