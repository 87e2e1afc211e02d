/**
 * One virtual label and one gateway's end on a network of their own, in virtual time: what the label's glass shows is compared with what the
 * gateway says of it. Everything is decided by the seed.
 */
import type { LabelModel } from "../../../../drivers/label/models.ts";
import { bytesOfModel, modelNumberOf, openDisplayModel } from "../../../../drivers/label/opendisplay/panel.ts";
import type { LabelPicture } from "../../../../drivers/label/opendisplay/session-types.ts";
import type { LabelStanding } from "../../../../drivers/label/opendisplay/standing.ts";
import { packPicture, panelCompressed, unpackStream } from "../../../../drivers/label/picture.ts";
import type { Timers } from "../../../../drivers/transport/keep-open.ts";
import type { Port } from "../../../../drivers/transport/port.ts";
import { DeviceTrouble } from "../../../../drivers/trouble.ts";
import { type LabelLink, type LabelLinkReport, openLabelLink } from "../../../../src/floor/labels/opendisplay/label-link.ts";
import { nameOf } from "../../../../src/sim/label/opendisplay/od-glass.ts";
import { buildOdLabel, type OdGuest, type OdLabel, type OdSettings } from "../../../../src/sim/label/opendisplay/od-label.ts";
import { type Seeded, seeded } from "../../../../src/sim/seeded.ts";
import { appointments, type Timeline } from "../../../../src/sim/timeline.ts";

/** Time that passes only when it is told to; promises that are due in between are kept. */
export interface VirtualTime {
	timeline: Timeline;
	timers: Timers;
	runTo(ms: number): Promise<void>;
}

export function virtualTime(): VirtualTime {
	const book = appointments();
	let nowMs = 0;
	const settle = async (): Promise<void> => {
		for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
	};
	return {
		timeline: { now: () => nowMs, after: (ms, act) => book.add(nowMs + Math.max(0, ms), act), stop: () => book.clear() },
		timers: {
			set: (act, afterMs) => book.add(nowMs + Math.max(0, afterMs), act),
			clear: (timer) => (timer as (() => void) | undefined)?.(),
			nowMs: () => nowMs,
		},
		async runTo(ms) {
			await settle();
			for (let due = book.earliestMs(); due <= ms; due = book.earliestMs()) {
				nowMs = Math.max(nowMs, due);
				book.keep(nowMs);
				await settle();
			}
			nowMs = Math.max(nowMs, ms);
		},
	};
}

export interface Network {
	open(): Promise<Port>;
	/** The gateway hears that the link is gone; the label does not, and holds its place for a dead client. */
	cutGatewaySide(): void;
	/** No connection is made until then. */
	awayUntilMs: number;
	/** Bytes that nobody sent come out at the gateway's end. */
	inject(bytes: Uint8Array): void;
	isUp(): boolean;
}

/** A network with latency, which cuts what it carries into pieces. */
export function networkTo(label: () => OdLabel, time: VirtualTime, luck: Seeded): Network {
	let drop: (() => void) | undefined;
	let inject: ((bytes: Uint8Array) => void) | undefined;
	const network: Network = {
		awayUntilMs: 0,
		cutGatewaySide: () => drop?.(),
		inject: (bytes) => inject?.(bytes),
		isUp: () => drop !== undefined,
		open: () =>
			new Promise((resolve, reject) => {
				time.timeline.after(luck.between(1, 40), () => {
					if (time.timeline.now() < network.awayUntilMs)
						return reject(new DeviceTrouble("host-unreachable", { host: "label", port: 2446 }));
					resolve(connected());
				});
			}),
	};
	const connected = (): Port => {
		let hear: (bytes: Uint8Array) => void = () => {};
		let closed: (why: Error | undefined) => void = () => {};
		let isOpen = true;
		let guest: OdGuest | undefined;
		/** Each direction keeps its order: nothing arrives before what was sent before it. */
		let lastDownMs = 0;
		let lastUpMs = 0;
		const later = (lastMs: number): number => Math.max(lastMs, time.timeline.now() + luck.between(1, 30));
		const end = (why: Error | undefined): void => {
			if (!isOpen) return;
			isOpen = false;
			if (drop === cut) drop = inject = undefined;
			closed(why);
		};
		const cut = (): void => end(new Error("the link is gone"));
		const deliver = (bytes: Uint8Array): void => {
			if (isOpen) hear(bytes);
		};
		drop = cut;
		inject = deliver;
		const socket = {
			send(frame: Uint8Array) {
				const at = luck.between(0, frame.length);
				for (const piece of [frame.subarray(0, at), frame.subarray(at)]) {
					if (piece.length === 0) continue;
					lastUpMs = later(lastUpMs);
					time.timeline.after(lastUpMs - time.timeline.now(), () => deliver(piece));
				}
			},
			hangUp() {
				lastUpMs = later(lastUpMs);
				time.timeline.after(lastUpMs - time.timeline.now(), cut);
			},
		};
		const labelsLife = label();
		guest = labelsLife.answer(socket);
		return {
			name: "label:2446",
			write(bytes) {
				if (!isOpen) return Promise.reject(new Error("closed"));
				lastDownMs = later(lastDownMs);
				const copy = Uint8Array.from(bytes);
				time.timeline.after(lastDownMs - time.timeline.now(), () => {
					if (isOpen) guest?.receive(copy);
				});
				return Promise.resolve();
			},
			onBytes(listener) {
				hear = listener;
			},
			onClosed(listener) {
				closed = listener;
			},
			close() {
				if (isOpen) {
					guest?.left();
					end(undefined);
				}
				return Promise.resolve();
			},
		};
	};
	return network;
}

export interface Prices {
	model: LabelModel;
	/** The n-th picture of this label: another n, another picture. */
	picture(n: number): LabelPicture;
	/** The name of the glass that shows a picture. */
	glassOf(picture: LabelPicture): string;
}

export function pricesFor(settings: OdSettings): Prices {
	const { panel } = settings;
	const modelNumber = modelNumberOf({ ...panel, quarterTurns: panel.turns })!;
	const model = openDisplayModel(modelNumber)!;
	return {
		model,
		picture(n) {
			const luck = seeded(n);
			const indexes = Uint8Array.from({ length: model.width * model.height }, () => luck.between(0, model.colours.length - 1));
			const { dataType, bytes, version } = packPicture(indexes, model, 0);
			return { version, model: modelNumber, isCompressed: dataType === panelCompressed, bytes };
		},
		glassOf: ({ isCompressed, bytes }) => nameOf(isCompressed ? unpackStream(bytes, bytesOfModel(modelNumber)) : bytes),
	};
}

export function settingsBy(luck: Seeded): OdSettings {
	return {
		panel: {
			width: luck.oneOf([16, 24, 18])!,
			height: luck.oneOf([8, 12])!,
			scheme: luck.oneOf([0, 1, 2, 3] as const)!,
			controller: luck.oneOf([0x21, 0x1d])!,
			turns: luck.oneOf([0, 1, 2, 3] as const)!,
			modes: luck.oneOf([0x08, 0x09])!,
		},
		firmware: [2, 1],
		sleepSeconds: 0,
		batteryMv: 3_950,
		celsius: 21,
		refreshMs: luck.between(300, 25_000),
		panelPatienceMs: 60_000,
	};
}

export interface DayResult {
	/** Empty: everything the gateway said was true. */
	wrong: string[];
	faults: Record<string, number>;
	shown: number;
	unproved: number;
}

const faultsForMs = 10 * 60_000;
/** Waits reach ten minutes, and a panel has its patience. */
const quietForMs = 60 * 60_000;

/**
 * A day of one label: ten minutes of prices and faults, then rest. `tamper` changes what the gateway reports, to show that a gateway that lies
 * is found out.
 */
export async function labelDay(
	seed: number,
	tamper: (report: LabelLinkReport) => LabelLinkReport = (report) => report,
): Promise<DayResult> {
	const luck = seeded(seed);
	const time = virtualTime();
	const settings = settingsBy(luck);
	const label = buildOdLabel(settings, time.timeline);
	const network = networkTo(() => label, time, luck.fork("network"));
	const prices = pricesFor(settings);
	const soleClient = luck.chance(0.25);
	const book = openBook(label, prices);
	const faults: Record<string, number> = {};
	let link: LabelLink;
	const start = (): void => {
		link = openLabelLink(
			{ open: network.open, timers: time.timers, random: () => luck.fraction(), soleClient, silentAfterMs: 300_000 },
			(report) => book.hear(tamper(report)),
		);
		if (book.wanted) link.want(book.wanted, book.isConfirmed ? book.confirmed : undefined);
	};
	const want = (n: number): void => {
		book.want(prices.picture(n));
		link.want(book.wanted!);
	};
	/** A connection that is being made ends only as time passes. */
	const stop = async (): Promise<void> => {
		const stopping = link.stop();
		await time.runTo(time.timeline.now() + 50);
		await stopping;
	};
	start();
	want(1);
	const acts: Record<string, () => void | Promise<void>> = {
		price: () => want(luck.between(1, 6)),
		reboot: () => label.reboot(),
		"link cut at the label": () => label.cutLink(),
		"link cut at the gateway": () => network.cutGatewaySide(),
		away: () => {
			network.awayUntilMs = time.timeline.now() + luck.between(1_000, 120_000);
			network.cutGatewaySide();
		},
		"panel jams": () => label.jamPanel(luck.between(1, 3), luck.chance(0.5)),
		rubbish: () => network.inject(Uint8Array.from({ length: luck.between(1, 40) }, () => luck.between(0, 255))),
		"gateway restarts": async () => {
			await stop();
			start();
		},
		...(!soleClient && {
			"phone takes it": () => {
				label.takenByPhone();
			},
			"phone draws": () => {
				label.takenByPhone();
				label.phoneDraws(new Uint8Array(bytesOfModel(prices.model.hwType)).fill(0x55));
			},
			"phone draws after a cut": () => {
				label.cutLink();
				label.takenByPhone();
				label.phoneDraws(new Uint8Array(bytesOfModel(prices.model.hwType)).fill(0xaa));
			},
			"phone lets go": () => label.phoneLetsGo(),
		}),
	};
	const names = Object.keys(acts);
	for (let atMs = luck.between(0, 60_000); atMs < faultsForMs; atMs += luck.between(50, 90_000)) {
		await time.runTo(atMs);
		if (network.isUp()) book.look(link!.standing());
		const name = luck.oneOf(names)!;
		faults[name] = (faults[name] ?? 0) + 1;
		await acts[name]!();
	}
	await time.runTo(faultsForMs);
	label.phoneLetsGo();
	await time.runTo(faultsForMs + quietForMs);
	book.atRest();
	await stop();
	return { wrong: book.wrong, faults, shown: book.shown, unproved: book.unproved };
}

/** What the gateway's ledger would say of the label, held against the glass. */
function openBook(label: OdLabel, prices: Prices) {
	const glasses = new Map<string, string>();
	const glassNow = (): string => (label.glass ? nameOf(label.glass) : "the picture of the start");
	const book = {
		wanted: undefined as LabelPicture | undefined,
		/** The version that the label was confirmed to show. */
		confirmed: undefined as string | undefined,
		/** Whether that is the newest wish: a price that goes away and comes back is a new one. */
		isConfirmed: false,
		shown: 0,
		unproved: 0,
		wrong: [] as string[],
		want(picture: LabelPicture) {
			glasses.set(picture.version, prices.glassOf(picture));
			if (picture.version !== book.wanted?.version) book.isConfirmed = false;
			book.wanted = picture;
		},
		hear(report: LabelLinkReport) {
			if (report.type === "unproved") {
				book.unproved += 1;
				book.confirmed = undefined;
				book.isConfirmed = false;
			}
			if (report.type === "still-shown") book.isConfirmed = report.version === book.wanted?.version;
			if (report.type !== "shown") return;
			book.shown += 1;
			book.confirmed = report.version;
			book.isConfirmed = report.version === book.wanted?.version;
			const drawn = label.drawnNames.length;
			if (label.drawnNames.at(-1) !== glasses.get(report.version))
				book.wrong.push(`${report.version} counts as shown, the label drew another`);
			if (drawn < book.shown) book.wrong.push(`${book.shown} times shown, where the label said 73 only ${drawn} times`);
		},
		/** While a link holds, nobody else can have drawn. Called 50 ms after a fault at the earliest: both ends have heard of it. */
		look({ standing, linked }: LabelStanding) {
			if (standing.is !== "shown" || linked === undefined) return;
			if (book.confirmed !== standing.picture.version) book.wrong.push("a picture is shown that nobody reported");
			if (glassNow() !== glasses.get(standing.picture.version))
				book.wrong.push(`${standing.picture.version} is shown, and is not on the glass`);
		},
		atRest() {
			if (book.confirmed !== book.wanted?.version) book.wrong.push("the wanted picture is not shown, an hour after the last fault");
			if (glassNow() !== glasses.get(book.confirmed ?? ""))
				book.wrong.push(`the gateway says that a picture is shown; the glass has ${glassNow()}`);
		},
	};
	return book;
}
