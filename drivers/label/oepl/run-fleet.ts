/**
 * The driver of a store's labels: a peer on the access points' network, a getdata door, and the fleet between them,
 * with a clock. It is handed pictures ready to draw and reports what became of them.
 */
import type { DatagramPort } from "../../transport/datagram.ts";
import { type FleetReport, type KnownLabel, type LabelFleet, labelFleet } from "./fleet.ts";
import { serveGetdata } from "./getdata.ts";
import { mayFetch, type PeerOptions, type PeerReport, runPeerAccessPoint } from "./peer.ts";
import { type Picture, type ShowingLimits, showingLimits } from "./showing-limits.ts";

export interface LabelFleetOptions extends Omit<PeerOptions, "offerMinutes" | "announceEveryMs"> {
	announceEveryMs?: number;
	/** Labels of one access point that may be offered at a time. */
	maxPendingPerAp?: number;
	/** Of them, those whose picture it has still to fetch. */
	maxUnfetchedPerAp?: number;
	limits?: Partial<ShowingLimits>;
	/** Where access points fetch; their firmware knows only port 80. */
	getdata: { bind: string; port: number };
	/** The bytes of a picture that is still wanted. */
	findPicture: (mac: string, version: string) => Uint8Array | undefined;
}

export interface RunningLabelFleet {
	want(mac: string, picture: Picture, known?: KnownLabel): void;
	forget(mac: string): void;
	counts: LabelFleet["counts"];
	standing: LabelFleet["standing"];
	getdataPort: number;
	stop(): Promise<void>;
}

/** Rejects when the getdata port cannot be opened. Reports of the peer come first, then what the fleet makes of them. */
export async function runLabelFleet(
	port: DatagramPort,
	options: LabelFleetOptions,
	report: (report: PeerReport | FleetReport) => void,
): Promise<RunningLabelFleet> {
	const { maxPendingPerAp = 100, maxUnfetchedPerAp = 4 } = options;
	const limits = { ...showingLimits, ...options.limits, maxPendingPerAp, maxUnfetchedPerAp };
	const getdata = await serveGetdata(
		{ ...options.getdata, mayFetch: (address) => mayFetch(options, address) },
		options.findPicture,
		(mac, version, from) => fleet.fetched(mac, version, from, Date.now()),
	);
	const peer = runPeerAccessPoint(
		port,
		{ ...options, offerMinutes: limits.offerMinutes, announceEveryMs: options.announceEveryMs ?? 300_000 },
		(heard) => {
			report(heard);
			fleet.hear(heard, Date.now());
		},
	);
	const fleet = labelFleet(limits, {
		// An offer that could not be sent is not fetched, so it is made again.
		offer: (mac, picture) => {
			peer.offer(mac, { version: picture.version, dataType: picture.dataType, size: picture.bytesLength }).catch(() => {});
		},
		cancel: (mac) => void peer.cancel(mac),
		report,
	});
	// Deadlines are seconds to minutes away; a quarter of a second is exact enough and asks nothing when none is due.
	const ticking = setInterval(() => fleet.tick(Date.now()), 250);

	return {
		want: (mac, picture, known) => fleet.want(mac, picture, Date.now(), known),
		forget: (mac) => fleet.forget(mac, Date.now()),
		counts: fleet.counts,
		standing: fleet.standing,
		getdataPort: getdata.port,
		async stop() {
			clearInterval(ticking);
			peer.stop();
			await getdata.stop();
		},
	};
}
