/**
 * The gateway among the access points of a store: an OpenEPaperLink access point without a radio. The real ones tell every
 * check-in and completion to all their peers, and whoever has a picture for a label offers it to all; the one that hears the
 * label fetches the bytes (getdata.ts) and hands them over. Nothing here is acknowledged, and nobody proves who he is:
 * access points belong on a network of their own, and only those that the configuration names by address are heard.
 *
 * The choice of what is offered, when and how often is made in showing.ts and fleet.ts.
 */
import type { DatagramPort, DatagramSource } from "../../transport/datagram.ts";
import {
	type CheckIn,
	isMac,
	peerGroup,
	peerPort,
	readPeerMessage,
	writeAccessPoint,
	writeOffer,
	writeTakeOver,
	writeWhoIsThere,
} from "./frames.ts";

export type PeerReport =
	| ({ type: "check-in"; accessPoint: string } & CheckIn)
	| { type: "transfer-complete"; mac: string; accessPoint: string }
	| { type: "transfer-gave-up"; mac: string; accessPoint: string }
	| { type: "access-point"; accessPoint: string; alias: string; address: string; channel: number; labels: number; version: number }
	/** Unreadable messages since the start; a rising count is other traffic or a broken access point. */
	| { type: "garbled"; count: number }
	/**
	 * An address that the configuration does not name speaks like an access point: it is not heard. `count`: such messages since the start.
	 */
	| { type: "stranger"; address: string; count: number };

export interface PeerOptions {
	/** Name on our own card among the access points. */
	alias: string;
	/** The address access points fetch pictures from, as they see it; only shown on our card. */
	address?: string;
	offerMinutes: number;
	announceEveryMs: number;
	/** Each spoken to alone, where the network carries no multicast; left out: the group hears everything. */
	peers?: readonly { address: string; port: number }[];
	group?: string;
	/** Addresses of access points that are heard besides `peers`. */
	accessPoints?: readonly string[];
	/** Empties what an access point still holds for a label, which UDP has no word for; see tag-command.ts. */
	clearQueue?: (accessPoint: string, mac: string) => Promise<void>;
	/** How many labels' whereabouts are remembered. */
	maxLabels?: number;
}

export interface OfferedPicture {
	/** 16 upper-case hex digits. */
	version: string;
	dataType: number;
	size: number;
	lut?: 0 | 1 | 2 | 3;
}

export interface Peer {
	/** Sends one offer; rejects when the port is closed. Waits for a cancel of the same label, which would delete the offer. */
	offer(mac: string, picture: OfferedPicture): Promise<void>;
	/** Never rejects: an access point that does not answer keeps an old picture, and showing.ts counts on that. */
	cancel(mac: string): Promise<void>;
	stop(): void;
}

/** The gateway while its port is open. */
interface Running {
	port: DatagramPort;
	options: PeerOptions;
	report: (report: PeerReport) => void;
	maxLabels: number;
	/** Addresses of all access points, or of their group. */
	everyone: readonly DatagramSource[];
	/** The access point that heard each label last. */
	whereabouts: Map<string, DatagramSource>;
	/** The access point that was told last, for each label, not to draw content of its own. */
	takenOver: Map<string, string>;
	/** Cancels on their way, by label. */
	clearing: Map<string, Promise<void>>;
	garbled: number;
	strangers: number;
	/** How the gateway presents itself to access points. */
	card: Parameters<typeof writeAccessPoint>[0];
}

export function runPeerAccessPoint(port: DatagramPort, options: PeerOptions, report: (report: PeerReport) => void): Peer {
	const peer: Running = {
		port,
		options,
		report,
		maxLabels: options.maxLabels ?? 50_000,
		everyone: options.peers ?? [{ address: options.group ?? peerGroup, port: peerPort }],
		whereabouts: new Map<string, DatagramSource>(),
		takenOver: new Map<string, string>(),
		clearing: new Map<string, Promise<void>>(),
		garbled: 0,
		strangers: 0,
		card: { address: options.address ?? "0.0.0.0", alias: options.alias, channel: 0, labels: 0, version: 0 },
	};
	port.onDatagram((bytes, from) => hear(peer, bytes, from));
	announce(peer);
	const announcing = setInterval(() => announce(peer), peer.options.announceEveryMs);
	return {
		async offer(mac, picture) {
			if (!isMac(mac)) throw new RangeError(`a label's MAC has 16 upper-case hex digits, not "${mac}"`);
			await peer.clearing.get(mac);
			const receivers = receiversOf(peer, mac);
			const near = peer.whereabouts.get(mac);
			// Each access point draws content of its own on a label until it is told, once, that others do.
			if (near && peer.takenOver.get(mac) !== near.address) {
				remember(peer.takenOver, mac, near.address, peer.maxLabels);
				await sendTo(peer, writeTakeOver(mac, ""), receivers);
			}
			const { version, dataType, size, lut = 0 } = picture;
			const { offerMinutes: minutes } = peer.options;
			await sendTo(peer, writeOffer({ mac, version, dataType, size, lut, nextCheckInMinutes: 0, minutes }), receivers);
		},
		async cancel(mac) {
			const near = peer.whereabouts.get(mac);
			if (!near || !peer.options.clearQueue) return;
			const cleared = peer.options.clearQueue(nameOf(peer, near), mac).catch(() => {});
			peer.clearing.set(mac, cleared);
			await cleared;
			if (peer.clearing.get(mac) === cleared) peer.clearing.delete(mac);
		},
		stop() {
			clearInterval(announcing);
		},
	};
}

function hear(peer: Running, bytes: Uint8Array, from: DatagramSource): void {
	const message = readPeerMessage(bytes);
	if (!isNamed(peer.options, from)) {
		// With multicast our own messages come back; they do not come from an access point.
		const claims = message.kind === "access-point" ? message.card.alias !== peer.options.alias : claimsOfAccessPoints.has(message.kind);
		if (claims) peer.report({ type: "stranger", address: from.address, count: ++peer.strangers });
		return;
	}
	const accessPoint = nameOf(peer, from);
	switch (message.kind) {
		case "check-in":
			remember(peer.whereabouts, message.checkIn.mac, from, peer.maxLabels);
			peer.report({ type: "check-in", accessPoint, ...message.checkIn });
			break;
		case "transfer-complete":
		case "transfer-gave-up":
			peer.report({ type: message.kind, mac: message.mac, accessPoint });
			break;
		case "access-point":
			peer.report({ type: "access-point", accessPoint, ...message.card });
			break;
		case "who-is-there":
			void peer.port.send(writeAccessPoint(peer.card), from.address, from.port).catch(() => {});
			break;
		case "offer":
		case "label-settings":
			break; // between other peers; with multicast also our own echo
		case "garbled":
			peer.report({ type: "garbled", count: ++peer.garbled });
			break;
	}
}

function nameOf(peer: Running, from: DatagramSource): string {
	return isKnownPeer(peer.options, from) ? `${from.address}:${from.port}` : from.address;
}

async function sendTo(peer: Running, bytes: Uint8Array, receivers: readonly DatagramSource[]): Promise<void> {
	await Promise.all(receivers.map((receiver) => peer.port.send(bytes, receiver.address, receiver.port)));
}

function receiversOf(peer: Running, mac: string): readonly DatagramSource[] {
	const near = peer.whereabouts.get(mac);
	return near && isKnownPeer(peer.options, near) ? [near] : peer.everyone;
}

/** A closed port reports it through onClosed. */
function announce(peer: Running): void {
	return void sendTo(peer, writeWhoIsThere(peer.card), peer.everyone).catch(() => {});
}

const claimsOfAccessPoints: ReadonlySet<string> = new Set(["check-in", "transfer-complete", "transfer-gave-up"]);

/** Named in the configuration: by address, or by address and port where it is spoken to alone. */
function isNamed(options: PeerOptions, from: DatagramSource): boolean {
	return isKnownPeer(options, from) || (options.accessPoints?.includes(from.address) ?? false);
}

/** Pictures are handed to these addresses only. */
export function mayFetch(options: Pick<PeerOptions, "peers" | "accessPoints">, address: string): boolean {
	return (options.peers?.some((peer) => peer.address === address) || options.accessPoints?.includes(address)) ?? false;
}

function isKnownPeer(options: PeerOptions, from: DatagramSource): boolean {
	return options.peers?.some((peer) => peer.address === from.address && peer.port === from.port) ?? false;
}

/** Forgets the label remembered longest ago, so that invented addresses cannot fill the memory. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
	map.delete(key);
	map.set(key, value);
	if (map.size > most) map.delete(map.keys().next().value!);
}
