import type { RunningLabelFleet } from "../../../drivers/label/oepl/run-fleet.ts";
import type { ShowingLimits } from "../../../drivers/label/oepl/showing-limits.ts";
import type { startDrawing } from "../../faces/drawing/pool.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import type { deviceRecorder, Log } from "../tender.ts";
import type { watchAccessPoints } from "./access-points.ts";
import type { checkInNotes } from "./check-ins.ts";

export interface LabelTenderOptions {
	id: string;
	bind: string;
	port: number;
	group: string | null;
	peers: { address: string; port: number }[];
	accessPoints: string[];
	/** A label that waits longer for its picture raises an alarm. */
	pendingMinutes: number;
	getdataPort: number;
	maxPendingPerAccessPoint: number;
	silentAfterMinutes: number;
	/** Labels that another device of the configuration names. */
	isElsewhere?(label: string): boolean;
	/** Shorter times for the demo, whose virtual labels draw and check in faster. */
	showing?: Partial<ShowingLimits>;
}
export type Drawing = Awaited<ReturnType<typeof startDrawing>>;

/** A drawn picture; `picture` is its name: 16 hex digits of its hash. */
export interface PictureToShow {
	picture: string;
	hwType: number;
	dataType: number;
	bytes: Uint8Array;
}

/** Needed to draw a picture that the ledger asks for, whatever way it then goes. */
export interface PictureWork {
	ledger: StoreLedger;
	options: { id: string };
	drawing: Drawing;
	log: Log;
	/** The picture that each label was last asked for: the price's version in the ledger, and the picture's name. */
	wanted: Map<string, { version: number; picture: string }>;
	stopped: AbortController;
	/** Whether these labels are looked after here. */
	isMine(label: string): boolean;
	/** Gives a drawn picture to the label. */
	offer(label: string, version: number, picture: PictureToShow): Promise<void>;
}

/** State of the labels' tender while it runs. */
export interface Tending extends PictureWork {
	options: LabelTenderOptions;
	recorder: ReturnType<typeof deviceRecorder>;
	notes: ReturnType<typeof checkInNotes>;
	accessPoints: ReturnType<typeof watchAccessPoints>;
	/** Completions that named no picture of ours, since the start. */
	unproved: number;
	fleet: RunningLabelFleet | undefined;
	udpPort: number;
	getdataPort: number;
	/** How often each label restarted between taking a picture and showing it, in a row. */
	redraws: Map<string, number>;
}

export function complain(tending: Pick<PictureWork, "options" | "log">, what: string) {
	return (error: Error) => tending.log.error({ device: tending.options.id, error: error.message }, what);
}

export const addressOf = ({ bind, port }: LabelTenderOptions): string => `udp ${bind}:${port}`;
