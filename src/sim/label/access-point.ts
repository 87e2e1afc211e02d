import { createSocket, type Socket } from "node:dgram";
import { Agent, get } from "node:http";
import type { Seeded } from "../seeded.ts";
import type { Timeline } from "../timeline.ts";
import { isPicture, reportIn, type VirtualLabel } from "./label.ts";
import { checkInFrame, type Offer, presenceFrame, readPeerFrame, transferFrame, versionInAddress } from "./oepl-frames.ts";
import { type Radio, type RadioEvents, type RadioSettings, startRadio } from "./radio.ts";

/**
 * A base station with labels on its air, as it looks to a peer on the LAN (OpenEPaperLink, UDP port 16033).
 * It tells every check-in, every confirmed transfer and every label it gave up; told of data for a label it has
 * heard, it fetches the file over HTTP from whoever told it, and offers it at the label's next check-in.
 *
 * A newer file does not push an older one out: both are delivered, oldest first, as the firmware does.
 */
export interface AccessPointSettings extends RadioSettings {
	alias: string;
	channel: number;
	/** Port 16033 and the group 239.10.0.1, as in a store; else any port, spoken to directly. */
	multicast: boolean;
}

export interface GatewayAddress {
	udp: { address: string; port: number };
	getdata: { host: string; port: number };
}

export interface VirtualAccessPoint {
	readonly alias: string;
	readonly udpPort: number;
	readonly radio: Radio;
	readonly labels: ReadonlyMap<string, VirtualLabel>;
	connect(gateway: GatewayAddress): void;
	/** Forgets what it queued and what it had on offer; labels keep theirs. */
	powerCycle(): void;
	counts(): AccessPointCounts;
	stop(): Promise<void>;
}

export interface AccessPointCounts {
	offers: number;
	garbledFrames: number;
	fetched: number;
	fetchesFailed: number;
	noFreeSlot: number;
	completed: number;
	gaveUp: number;
}

const peerGroup = { address: "239.10.0.1", port: 16033 };

/** The firmware keeps five files per label; further ones are dropped. */
const queuedPerLabel = 5;
const fetchesWaiting = 600;
const fetchTimeoutMs = 5_000;
const largestFile = 512 * 1024;

/** One base station that is switched on. */
interface Point {
	settings: AccessPointSettings;
	labels: readonly VirtualLabel[];
	drawn: (label: VirtualLabel) => void;
	heard: (label: VirtualLabel) => void;
	luck: Seeded;
	timeline: Timeline;
	own: ReadonlyMap<string, VirtualLabel>;
	known: Set<string>;
	queues: Map<string, { offer: Offer; file: Uint8Array }[]>;
	counts: AccessPointCounts;
	agent: Agent;
	gateway: GatewayAddress | undefined;
	stopped: boolean;
	socket: Socket;
	radio: Radio;
	fetches: ReturnType<typeof oneAfterAnother>;
}

export async function startAccessPoint(
	settings: AccessPointSettings,
	labels: readonly VirtualLabel[],
	drawn: (label: VirtualLabel) => void,
	heard: (label: VirtualLabel) => void,
	luck: Seeded,
	timeline: Timeline,
): Promise<VirtualAccessPoint> {
	const point: Point = {
		settings,
		labels,
		drawn,
		heard,
		luck,
		timeline,
		own: new Map(labels.map((label) => [label.mac, label])),
		known: new Set<string>(),
		queues: new Map<string, { offer: Offer; file: Uint8Array }[]>(),
		counts: {
			offers: 0,
			garbledFrames: 0,
			fetched: 0,
			fetchesFailed: 0,
			noFreeSlot: 0,
			completed: 0,
			gaveUp: 0,
		},
		agent: new Agent({ keepAlive: true, maxSockets: 1 }),
		gateway: undefined,
		stopped: false,
		socket: await openPeerSocket(settings.multicast),
		radio: startRadio(
			labels,
			settings,
			radioEvents(() => point),
			luck,
			timeline,
		),
		fetches: oneAfterAnother(fetchesWaiting),
	};
	point.socket.on("message", (bytes, from) => hear(point, bytes, from));
	point.socket.on("error", () => {}); // the gateway's port may be closed for a while
	return {
		alias: point.settings.alias,
		udpPort: point.socket.address().port,
		radio: point.radio,
		labels: point.own,
		connect(next) {
			point.gateway = next;
		},
		powerCycle() {
			point.queues.clear();
			point.known.clear();
			point.radio.forget();
		},
		counts: () => ({ ...point.counts }),
		stop() {
			point.stopped = true;
			point.agent.destroy();
			return new Promise((done) => point.socket.close(() => done()));
		},
	};
}

/** Sends what happens on the radio to the gateway. `here`: the base station, which exists only after its radio. */
function radioEvents(here: () => Point): RadioEvents {
	return {
		checkedIn(label) {
			const point = here();
			point.known.add(label.mac);
			send(point, checkInFrame(reportIn(label, point.settings.channel)));
			// An offer for which no slot was free is tried again here, so it arrives one check-in later.
			pushHead(point, label.mac);
			point.heard(label);
		},
		completed(label, offer) {
			const point = here();
			point.counts.completed += 1;
			const queue = point.queues.get(label.mac);
			if (queue?.[0]?.offer.version === offer.version) queue.shift();
			if (queue?.length === 0) point.queues.delete(label.mac);
			send(point, transferFrame("confirmed", label.mac));
			pushHead(point, label.mac);
		},
		drawn: (label) => here().drawn(label),
		gaveUp(mac) {
			const point = here();
			point.counts.gaveUp += 1;
			point.queues.delete(mac);
			send(point, transferFrame("given-up", mac));
		},
	};
}

function hear(point: Point, bytes: Uint8Array, from: { address: string; port: number }): void {
	const frame = readPeerFrame(bytes);
	switch (frame.kind) {
		case "offer":
			if (point.own.has(frame.offer.mac)) take(point, frame.offer, from.address);
			return;
		case "who-is-there":
			point.socket.send(presenceFrame(point.settings.alias, point.settings.channel, point.known.size), from.port, from.address);
			return;
		case "label-known": {
			const label = point.own.get(frame.mac);
			// 0 and 12 mean that the sender does not draw for this label either.
			if (label && frame.syncMode === 1 && frame.contentMode !== 0 && frame.contentMode !== 12) label.contentMode = 12;
			return;
		}
		case "garbled":
			point.counts.garbledFrames += 1;
			return;
		case "other":
			return;
	}
}

function send(point: Point, frame: Uint8Array): void {
	if (point.stopped) return;
	if (point.settings.multicast) point.socket.send(frame, peerGroup.port, peerGroup.address);
	else if (point.gateway) point.socket.send(frame, point.gateway.udp.port, point.gateway.udp.address);
}

function pushHead(point: Point, mac: string): void {
	const head = point.queues.get(mac)?.[0];
	if (head && !point.radio.holds(mac) && !point.radio.put(head.offer, head.file)) point.counts.noFreeSlot += 1;
}

function queue(point: Point, offer: Offer, file: Uint8Array): void {
	const waiting = point.queues.get(offer.mac) ?? [];
	if (waiting.length >= queuedPerLabel) return;
	waiting.push({ offer, file });
	point.queues.set(offer.mac, waiting);
	pushHead(point, offer.mac);
}

function take(point: Point, offer: Offer, from: string): void {
	point.counts.offers += 1;
	if (!point.known.has(offer.mac)) return;
	const again = point.queues.get(offer.mac)?.find((waiting) => waiting.offer.version === offer.version);
	if (again) {
		again.offer = offer;
		if (point.queues.get(offer.mac)?.[0] === again) point.radio.put(offer, again.file);
		return;
	}
	if (!isPicture(offer.dataType)) return queue(point, offer, new Uint8Array());
	point.fetches(async () => {
		if (point.stopped) return;
		const server = point.gateway?.getdata ?? { host: from, port: 80 };
		const file = await fetchPicture(server, offer, point.agent);
		if (!file) {
			point.counts.fetchesFailed += 1;
			return;
		}
		point.counts.fetched += 1;
		const arrivedMeanwhile = point.queues.get(offer.mac)?.some((waiting) => waiting.offer.version === offer.version);
		if (!arrivedMeanwhile) queue(point, offer, file);
	});
}

async function openPeerSocket(multicast: boolean): Promise<Socket> {
	const socket = createSocket({ type: "udp4", reuseAddr: multicast, recvBufferSize: 1024 * 1024 });
	await new Promise<void>((done, fail) => {
		socket.once("error", fail);
		socket.bind(multicast ? peerGroup.port : 0, multicast ? undefined : "127.0.0.1", () => {
			socket.off("error", fail);
			done();
		});
	});
	if (multicast) socket.addMembership(peerGroup.address);
	return socket;
}

/** The station's processor fetches one file at a time; what exceeds its memory is dropped. */
function oneAfterAnother(most: number): (job: () => Promise<void>) => void {
	const waiting: (() => Promise<void>)[] = [];
	let isBusy = false;
	const work = async (): Promise<void> => {
		isBusy = true;
		for (let job = waiting.shift(); job; job = waiting.shift()) await job();
		isBusy = false;
	};
	return (job) => {
		if (waiting.length >= most) return;
		waiting.push(job);
		if (!isBusy) void work();
	};
}

async function fetchPicture(server: { host: string; port: number }, offer: Offer, agent: Agent): Promise<Uint8Array | undefined> {
	const named = await fetchFile(server, `/getdata?mac=${offer.mac}&md5=${versionInAddress(offer.version)}`, agent);
	return named ?? fetchFile(server, `/current/${offer.mac}.raw`, agent);
}

function fetchFile(server: { host: string; port: number }, path: string, agent: Agent): Promise<Uint8Array | undefined> {
	return new Promise((done) => {
		const asking = get({ ...server, path, agent, timeout: fetchTimeoutMs }, (answer) => {
			const pieces: Buffer[] = [];
			let bytes = 0;
			answer.on("data", (piece: Buffer) => {
				bytes += piece.length;
				if (bytes > largestFile) asking.destroy();
				else pieces.push(piece);
			});
			answer.on("error", () => done(undefined));
			answer.on("close", () => done(answer.statusCode === 200 && answer.complete ? Buffer.concat(pieces) : undefined));
		});
		asking.on("timeout", () => asking.destroy());
		asking.on("error", () => done(undefined));
	});
}
