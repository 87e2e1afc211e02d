import { createSocket, type Socket } from "node:dgram";
import { Agent, get } from "node:http";
import type { Seeded } from "../seeded.ts";
import type { Timeline } from "../timeline.ts";
import { isPicture, reportIn, type VirtualLabel } from "./label.ts";
import { checkInFrame, type Offer, presenceFrame, readPeerFrame, transferFrame, versionInAddress } from "./oepl-frames.ts";
import { type Radio, type RadioSettings, startRadio } from "./radio.ts";

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

export const peerGroup = { address: "239.10.0.1", port: 16033 };

/** The firmware preloads five files a label; a gateway that sends more has lost count. */
const queuedPerLabel = 5;
const fetchesWaiting = 600;
const fetchTimeoutMs = 5_000;
const largestFile = 512 * 1024;

export async function startAccessPoint(
	settings: AccessPointSettings,
	labels: readonly VirtualLabel[],
	drawn: (label: VirtualLabel) => void,
	heard: (label: VirtualLabel) => void,
	luck: Seeded,
	timeline: Timeline,
): Promise<VirtualAccessPoint> {
	const own = new Map(labels.map((label) => [label.mac, label]));
	const known = new Set<string>();
	const queues = new Map<string, { offer: Offer; file: Uint8Array }[]>();
	const counts: AccessPointCounts = {
		offers: 0,
		garbledFrames: 0,
		fetched: 0,
		fetchesFailed: 0,
		noFreeSlot: 0,
		completed: 0,
		gaveUp: 0,
	};
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	let gateway: GatewayAddress | undefined;
	let stopped = false;

	const socket = await openPeerSocket(settings.multicast);
	const tell = (frame: Uint8Array): void => {
		if (stopped) return;
		if (settings.multicast) socket.send(frame, peerGroup.port, peerGroup.address);
		else if (gateway) socket.send(frame, gateway.udp.port, gateway.udp.address);
	};

	const pushHead = (mac: string): void => {
		const head = queues.get(mac)?.[0];
		if (head && !radio.holds(mac) && !radio.put(head.offer, head.file)) counts.noFreeSlot += 1;
	};

	const radio = startRadio(
		labels,
		settings,
		{
			checkedIn(label) {
				known.add(label.mac);
				tell(checkInFrame(reportIn(label, settings.channel)));
				// What found no free place is offered again now, and so arrives one check-in later.
				pushHead(label.mac);
				heard(label);
			},
			completed(label, offer) {
				counts.completed += 1;
				const queue = queues.get(label.mac);
				if (queue?.[0]?.offer.version === offer.version) queue.shift();
				if (queue?.length === 0) queues.delete(label.mac);
				tell(transferFrame("confirmed", label.mac));
				pushHead(label.mac);
			},
			drawn,
			gaveUp(mac) {
				counts.gaveUp += 1;
				queues.delete(mac);
				tell(transferFrame("given-up", mac));
			},
		},
		luck,
		timeline,
	);

	const queue = (offer: Offer, file: Uint8Array): void => {
		const waiting = queues.get(offer.mac) ?? [];
		if (waiting.length >= queuedPerLabel) return;
		waiting.push({ offer, file });
		queues.set(offer.mac, waiting);
		pushHead(offer.mac);
	};

	const fetches = oneAfterAnother(fetchesWaiting);
	const take = (offer: Offer, from: string): void => {
		counts.offers += 1;
		if (!known.has(offer.mac)) return;
		const again = queues.get(offer.mac)?.find((waiting) => waiting.offer.version === offer.version);
		if (again) {
			again.offer = offer;
			if (queues.get(offer.mac)?.[0] === again) radio.put(offer, again.file);
			return;
		}
		if (!isPicture(offer.dataType)) return queue(offer, new Uint8Array());
		fetches(async () => {
			if (stopped) return;
			const server = gateway?.getdata ?? { host: from, port: 80 };
			const file = await fetchPicture(server, offer, agent);
			if (!file) {
				counts.fetchesFailed += 1;
				return;
			}
			counts.fetched += 1;
			const arrivedMeanwhile = queues.get(offer.mac)?.some((waiting) => waiting.offer.version === offer.version);
			if (!arrivedMeanwhile) queue(offer, file);
		});
	};

	socket.on("message", (bytes, from) => {
		const frame = readPeerFrame(bytes);
		switch (frame.kind) {
			case "offer":
				if (own.has(frame.offer.mac)) take(frame.offer, from.address);
				return;
			case "who-is-there":
				socket.send(presenceFrame(settings.alias, settings.channel, known.size), from.port, from.address);
				return;
			case "label-known": {
				const label = own.get(frame.mac);
				// 0 and 12 mean the sender does not draw for it either.
				if (label && frame.syncMode === 1 && frame.contentMode !== 0 && frame.contentMode !== 12) label.contentMode = 12;
				return;
			}
			case "garbled":
				counts.garbledFrames += 1;
				return;
			case "other":
				return;
		}
	});
	socket.on("error", () => {}); // the gateway's port may be closed for a while

	return {
		alias: settings.alias,
		udpPort: socket.address().port,
		radio,
		labels: own,
		connect(next) {
			gateway = next;
		},
		powerCycle() {
			queues.clear();
			known.clear();
			radio.forget();
		},
		counts: () => ({ ...counts }),
		stop() {
			stopped = true;
			agent.destroy();
			return new Promise((done) => socket.close(() => done()));
		},
	};
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

/** The little computer fetches one file at a time; what does not fit in its memory is forgotten. */
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
