/**
 * Looks after the OpenDisplay labels that one device of the configuration names by their addresses: each has a link of its own, kept open.
 * The task of a label in the ledger ends only when its panel has reported the picture, so that a new start goes on from the ledger.
 */
import { pskIdentity, pskOf } from "../../../../drivers/label/opendisplay/key.ts";
import { panelCompressed } from "../../../../drivers/label/picture.ts";
import type { Timers } from "../../../../drivers/transport/keep-open.ts";
import { openTcpPort } from "../../../../drivers/transport/tcp-port.ts";
import type { StoreLedger } from "../../../flows/flows.ts";
import { defined } from "../../../words/defined.ts";
import { labelIdOf } from "../../../words/label.ts";
import { deviceRecorder, type Log, type Tender } from "../../tender.ts";
import { checkInNotes } from "../check-ins.ts";
import { workOn } from "../pictures.ts";
import { complain, type Drawing, type PictureToShow, type PictureWork } from "../tending.ts";
import { lookForPending } from "../waiting.ts";
import { hearLabel } from "./hear.ts";
import { type LabelLink, openLabelLink } from "./label-link.ts";

export interface OpenDisplayAddress {
	/** The label's number: 16 upper-case hex digits. */
	label: string;
	host: string;
	port: number;
	/** 16 bytes; with it the link is TLS. */
	masterKey?: Uint8Array;
}

export interface OpenDisplayOptions {
	id: string;
	labels: OpenDisplayAddress[];
	soleClient: boolean;
	silentAfterMinutes: number;
	/** A label that waits longer for its picture raises an alarm. */
	pendingMinutes: number;
}

/** State of the tender while it runs. */
export interface OpenDisplayTending extends PictureWork {
	options: OpenDisplayOptions;
	recorder: ReturnType<typeof deviceRecorder>;
	notes: ReturnType<typeof checkInNotes>;
	links: Map<string, LabelLink>;
	/** The pictures that a label was asked for before: it may still draw one, and then shows that. */
	before: Map<string, { version: number; picture: string }>;
	/** Why each label's link is down, in the code of a trouble. */
	linkTrouble: Map<string, string>;
	connected: Set<string>;
	garbled: number;
}

const pendingEveryMs = 60_000;
interface Appointment {
	timer: NodeJS.Timeout;
	soon?: NodeJS.Immediate;
}

/** After a stall of this process an answer that lies in the socket is read before its deadline counts as missed. */
const timers: Timers = {
	set(act, afterMs) {
		const made: Appointment = {
			timer: setTimeout(() => {
				made.soon = setImmediate(act);
			}, afterMs),
		};
		return made;
	},
	clear(made) {
		clearTimeout((made as Appointment | undefined)?.timer);
		clearImmediate((made as Appointment | undefined)?.soon);
	},
	nowMs: () => performance.now(),
};
/** The ciphers that the firmware offers; it has no others. */
const ciphers = "ECDHE-PSK-AES128-CBC-SHA256";

export function tendOpenDisplay(ledger: StoreLedger, options: OpenDisplayOptions, drawing: Drawing, log: Log): Tender {
	const numbers = new Set(options.labels.map(({ label }) => label));
	const address = options.labels.length === 1 ? `tcp ${options.labels[0]!.host}:${options.labels[0]!.port}` : `${numbers.size} labels`;
	const tending: OpenDisplayTending = {
		ledger,
		options,
		drawing,
		log,
		recorder: deviceRecorder(ledger, { id: options.id, family: "label", protocol: "opendisplay", address }, log),
		notes: checkInNotes(ledger, log),
		links: new Map<string, LabelLink>(),
		wanted: new Map<string, { version: number; picture: string }>(),
		before: new Map<string, { version: number; picture: string }>(),
		linkTrouble: new Map<string, string>(),
		connected: new Set<string>(),
		garbled: 0,
		stopped: new AbortController(),
		isMine: (label) => numbers.has(label),
		offer: (label, version, picture) => offer(tending, label, version, picture),
	};
	tending.recorder.link({ type: "open" });
	for (const at of options.labels) tending.links.set(at.label, openLink(tending, at));
	for (const { label } of options.labels) remember(tending, label);
	const pending = setInterval(
		() => void lookForPending(tending).catch(complain(tending, "waiting labels could not be looked for")),
		pendingEveryMs,
	).unref();
	const working = workOn(tending);
	return {
		id: options.id,
		family: "label",
		test: () => Promise.resolve(false),
		async restart() {
			await Promise.all([...tending.links.values()].map((link) => link.restart()));
		},
		async stop() {
			clearInterval(pending);
			tending.stopped.abort();
			await working;
			await Promise.all([...tending.links.values()].map((link) => link.stop()));
			await tending.notes.flush();
		},
	};
}

function openLink(tending: OpenDisplayTending, at: OpenDisplayAddress): LabelLink {
	const { host, port, masterKey } = at;
	const psk = masterKey && { identity: pskIdentity, key: pskOf(masterKey), ciphers };
	return openLabelLink(
		{
			open: openTcpPort({ host, port, ...defined({ psk }) }),
			timers,
			soleClient: tending.options.soleClient,
			silentAfterMs: tending.options.silentAfterMinutes * 60_000,
			isMeant: (number) => isMeant(at.label, number),
		},
		(report) => hearLabel(tending, at, report),
	);
}

/** A label without a number of the store's kind is believed: its address is all there is. */
export function isMeant(label: string, number: string | undefined): boolean {
	const said = number === undefined ? undefined : labelIdOf(number);
	return said === undefined || said === label;
}

async function offer(tending: OpenDisplayTending, label: string, version: number, picture: PictureToShow): Promise<void> {
	// The panel may have become another one while the picture was drawn: it is drawn again for that.
	if (tending.ledger.read.labels.row(label)?.hw_type !== picture.hwType) return;
	const was = tending.wanted.get(label);
	if (was && was.picture !== picture.picture) tending.before.set(label, was);
	tending.wanted.set(label, { version, picture: picture.picture });
	tending.links.get(label)!.want(pictureFor(picture));
	await countAsShown(tending, label);
}

/** When the price goes back to what the label shows, no picture is sent and no report comes: it counts as shown at once. */
export async function countAsShown(tending: OpenDisplayTending, label: string): Promise<void> {
	const asked = tending.wanted.get(label);
	const { standing, linked } = tending.links.get(label)!.standing();
	if (!asked || linked === undefined || standing.is !== "shown" || standing.picture.version !== asked.picture) return;
	await tending.ledger.do("recordSent", { label, version: asked.version });
	await tending.ledger.do("recordShown", { label, version: asked.version });
}

const pictureFor = ({ picture, hwType, dataType, bytes }: PictureToShow) => ({
	version: picture,
	model: hwType,
	isCompressed: dataType === panelCompressed,
	bytes,
});

/** After a restart: tells the link which picture the label was confirmed to show, so that one that may have lost it gets it again. */
function remember(tending: OpenDisplayTending, label: string): void {
	const status = tending.ledger.read.labels.get(label);
	const kept = tending.ledger.read.labels.picture(label, "confirmed");
	if (!kept || !status || status.sku === null || status.confirmed?.version !== status.desired?.version) return;
	tending.wanted.set(label, { version: kept.version, picture: kept.picture });
	tending.links.get(label)!.want(pictureFor(kept), kept.picture);
}
