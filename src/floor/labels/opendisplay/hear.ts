/** Reports of an OpenDisplay label and its link go to the ledger: check-ins, progress of pictures, troubles. */
import type { Advert } from "../../../../drivers/label/opendisplay/advert.ts";
import type { SessionReport } from "../../../../drivers/label/opendisplay/session-types.ts";
import { labelIdOf } from "../../../words/label.ts";
import { complain } from "../tending.ts";
import type { LabelLinkReport } from "./label-link.ts";
import { countAsShown, isMeant, type OpenDisplayAddress, type OpenDisplayTending } from "./tender.ts";

/** After so many refusals of one picture the label is said to refuse it; a lost link or a full memory may explain fewer. */
const refusedAfterAttempts = 5;
/** After so many pictures in a row that arrived and were not drawn, the panel or the power is at fault. */
const failedAfterAttempts = 3;
/** So often in a row the label let us in and hung up: somebody else holds it. */
const turnedAwayTimes = 3;

/** Alarms about the link, which end when the label answers. */
const endedByAnswer = [
	"label-locked",
	"label-in-other-hands",
	"label-unfit",
	"host-unreachable",
	"host-refused",
	"host-key-refused",
	"port-lost",
];

export function hearLabel(tending: OpenDisplayTending, at: OpenDisplayAddress, report: LabelLinkReport): void {
	const { label } = at;
	switch (report.type) {
		case "ready":
			return answered(tending, at, report);
		case "alive":
			return checkIn(tending, at, report.advert, {});
		case "unfit":
			return unfit(tending, at, report);
		case "link":
			return linkSaid(tending, at, report.link);
		case "lost":
			tending.connected.delete(label);
			return tending.recorder.heard({ connected: tending.connected.size });
		case "turned-away":
			if (report.times === turnedAwayTimes) raise(tending, "label-in-other-hands", label);
			return;
		case "locked":
			return raise(tending, "label-locked", label);
		case "garbled":
			return tending.recorder.heard({ garbled: (tending.garbled += 1) });
		case "out-of-contact":
			return outOfContact(tending, at);
		case "unproved":
			return trouble(tending, label, "label-unproved");
		case "model-changed":
			return modelChanged(tending, at, report.to);
		case "gave-up":
			if (report.why === "refused" && report.attempt >= refusedAfterAttempts) trouble(tending, label, "label-refused-picture");
			if (report.downloaded && report.attempt >= failedAfterAttempts) trouble(tending, label, "label-redraw-failed");
			return;
		case "still-shown":
			return void countAsShown(tending, label).catch(complain(tending, "a label's report could not be recorded"));
		case "started":
		case "downloaded":
		case "shown":
			return progress(tending, label, report);
		default:
			return;
	}
}

const steps = { started: "recordSent", downloaded: "recordDownloaded", shown: "recordShown" } as const;

function progress(
	tending: OpenDisplayTending,
	label: string,
	{ type, version: picture }: { type: keyof typeof steps; version: string },
): void {
	const asked = [tending.wanted.get(label), tending.before.get(label)].find((one) => one?.picture === picture);
	if (!asked) return;
	tending.ledger.do(steps[type], { label, version: asked.version }).catch(complain(tending, "a label's report could not be recorded"));
}

function answered(
	tending: OpenDisplayTending,
	at: OpenDisplayAddress,
	{ label: said, advert }: Extract<SessionReport, { type: "ready" }>,
): void {
	const { label } = at;
	for (const code of endedByAnswer) clear(tending, code, label);
	tending.linkTrouble.delete(label);
	if (!isMeant(label, said.number)) {
		const facts = { device: label, other: labelIdOf(said.number ?? "") ?? "" };
		return void tending.ledger.do("raiseAlarm", { code: "label-wrong-number", subject: label, facts }).catch(alarmFailed(tending));
	}
	clear(tending, "label-wrong-number", label);
	tending.connected.add(label);
	tending.recorder.heard({ connected: tending.connected.size });
	const row = tending.ledger.read.labels.row(label);
	if (row?.sku === null) {
		tending.wanted.delete(label);
		tending.links.get(label)?.forget();
	}
	checkIn(tending, at, advert, { hwType: said.model, firmware: said.firmware });
}

/** The first of a link is written at once, because the model decides what is drawn; those that keep the link at most once a minute. */
function checkIn(
	tending: OpenDisplayTending,
	{ label, host, port }: OpenDisplayAddress,
	advert: Advert | undefined,
	{ hwType, firmware }: { hwType?: number; firmware?: number },
): void {
	const heard = {
		accessPoint: `${host}:${port}`,
		hwType: hwType ?? null,
		firmware: firmware ?? null,
		batteryMillivolts: advert?.batteryMillivolts ?? null,
		rssi: null,
		temperatureCelsius: advert?.temperatureCelsius ?? null,
	};
	const at = tending.ledger.now().wall;
	tending.recorder.heard();
	if (hwType === undefined) return tending.notes.note({ label, at, ...heard });
	tending.ledger.do("recordCheckIns", { checkIns: [{ label, at, ...heard }] }).catch(complain(tending, "a check-in could not be recorded"));
}

function unfit(tending: OpenDisplayTending, at: OpenDisplayAddress, { why, firmware }: Extract<SessionReport, { type: "unfit" }>): void {
	const { label } = at;
	checkIn(tending, at, undefined, { firmware });
	if (isBound(tending, label)) trouble(tending, label, "label-unfit", { reason: why });
	else
		void tending.ledger
			.do("raiseAlarm", { code: "label-unfit", subject: label, facts: { device: label, reason: why } })
			.catch(alarmFailed(tending));
}

function linkSaid(tending: OpenDisplayTending, at: OpenDisplayAddress, link: Extract<LabelLinkReport, { type: "link" }>["link"]): void {
	if (link.type !== "trouble") return;
	const { code } = link.trouble;
	tending.linkTrouble.set(at.label, code);
	// The other causes may pass by themselves; this one needs a person.
	if (code === "host-key-refused") raise(tending, code, at.label, at);
}

/** A label that was heard before is out of contact; one that never was has an address at which nobody answers. */
function outOfContact(tending: OpenDisplayTending, at: OpenDisplayAddress): void {
	const { label } = at;
	if (isBound(tending, label)) return trouble(tending, label, "label-out-of-contact");
	if (tending.ledger.read.labels.row(label)) return;
	raise(tending, tending.linkTrouble.get(label) ?? "host-unreachable", label, at);
}

/** The drawn picture has the wrong size: it is drawn again for the panel that answered. */
function modelChanged(tending: OpenDisplayTending, at: OpenDisplayAddress, hwType: number): void {
	checkIn(tending, at, undefined, { hwType });
	tending.wanted.delete(at.label);
	trouble(tending, at.label, "label-model-changed");
}

const isBound = ({ ledger }: OpenDisplayTending, label: string): boolean => (ledger.read.labels.row(label)?.sku ?? null) !== null;
const alarmFailed = (tending: OpenDisplayTending) => complain(tending, "an alarm about a label could not be recorded");

function trouble(tending: OpenDisplayTending, label: string, code: string, facts?: Record<string, string>): void {
	tending.ledger
		.do("recordLabelTrouble", { label, code, ...(facts && { facts }) })
		.catch(complain(tending, "a label's trouble could not be recorded"));
}

function raise(tending: OpenDisplayTending, code: string, label: string, at?: OpenDisplayAddress): void {
	const facts = { device: label, ...(at && { host: at.host, port: at.port }) };
	tending.ledger.do("raiseAlarm", { code, subject: label, facts }).catch(alarmFailed(tending));
}

function clear(tending: OpenDisplayTending, code: string, label: string): void {
	tending.ledger.do("clearAlarm", { code, subject: label }).catch(alarmFailed(tending));
}
