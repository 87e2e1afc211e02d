/** Reports of labels and base stations go to the ledger: check-ins, shown pictures, troubles. */
import type { FleetReport } from "../../../drivers/label/oepl/fleet.ts";
import type { PeerReport } from "../../../drivers/label/oepl/peer.ts";
import { complain, type Tending } from "./tending.ts";

/** After so many offers that a label heard and whose picture was fetched, without a completion, the label refuses the picture. */
const refusedAfterAttempts = 5;
/** Restarts in a row between taking a picture and showing it, before an alarm: the battery or the panel is worn out. */
const failedAfterRedraws = 3;

export function hear(tending: Tending, report: PeerReport | FleetReport): void {
	switch (report.type) {
		case "check-in":
			tending.accessPoints.heard(report.accessPoint);
			tending.notes.add(report, tending.ledger.now().wall);
			return tending.recorder.heard();
		case "garbled":
			return tending.recorder.heard({ garbled: report.count });
		case "access-point":
			tending.accessPoints.heard(report.accessPoint);
			return tending.recorder.heard({ [`accessPoint ${report.accessPoint}`]: report.alias });
		case "downloaded":
		case "shown": {
			const asked = tending.wanted.get(report.mac);
			if (!asked || asked.picture !== report.version) return;
			if (report.type === "shown") tending.redraws.delete(report.mac);
			const flow = report.type === "shown" ? "recordShown" : "recordDownloaded";
			tending.ledger
				.do(flow, { label: report.mac, version: asked.version })
				.catch(complain(tending, "a label's report could not be recorded"));
			return;
		}
		case "stranger":
			tending.recorder.heard({ strangers: report.count });
			return tending.accessPoints.stranger(report.address);
		case "unproved-completion":
			return tending.recorder.heard({ unprovedCompletions: (tending.unproved += 1) });
		case "foreign-picture":
			return void trouble(tending, report.mac, "label-foreign-picture");
		case "gave-up":
			// The label is awake and its access point has the picture: after so many tries the label refuses this picture.
			if (report.heard && report.attempt >= refusedAfterAttempts) void trouble(tending, report.mac, "label-refused-picture");
			return;
		case "model-changed":
			return void changeModel(tending, report.mac, report.to, report.accessPoint ?? "").catch(
				complain(tending, "a changed label could not be recorded"),
			);
		case "redraw":
			return redrawn(tending, report);
		case "out-of-contact":
			return void trouble(tending, report.mac, "label-out-of-contact");
		default:
			return;
	}
}

function redrawn(tending: Tending, { mac, because }: Extract<FleetReport, { type: "redraw" }>): void {
	if (because !== "rebooted") return;
	const times = (tending.redraws.get(mac) ?? 0) + 1;
	tending.redraws.set(mac, times);
	if (times === failedAfterRedraws) void trouble(tending, mac, "label-redraw-failed");
}

/** A label of another type uses this number: the drawn picture has the wrong size for it. */
async function changeModel(tending: Tending, label: string, hwType: number, accessPoint: string): Promise<void> {
	const unknown = { firmware: null, batteryMillivolts: null, rssi: null, temperatureCelsius: null };
	await tending.ledger.do("recordCheckIns", { checkIns: [{ label, at: tending.ledger.now().wall, accessPoint, hwType, ...unknown }] });
	tending.wanted.delete(label);
	await trouble(tending, label, "label-model-changed");
}

function trouble(tending: Tending, label: string, code: string): Promise<unknown> {
	return tending.ledger.do("recordLabelTrouble", { label, code }).catch(complain(tending, "a label's trouble could not be recorded"));
}
