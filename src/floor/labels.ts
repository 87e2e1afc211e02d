import type { FleetReport } from "../../drivers/label/oepl/fleet.ts";
import type { PeerReport } from "../../drivers/label/oepl/peer.ts";
import { type RunningLabelFleet, runLabelFleet } from "../../drivers/label/oepl/run-fleet.ts";
import type { ShowingLimits } from "../../drivers/label/oepl/showing-limits.ts";
import { AccessPointRefused, clearQueueOverHttp } from "../../drivers/label/oepl/tag-command.ts";
import { keepOpen } from "../../drivers/transport/keep-open.ts";
import { openUdpPort } from "../../drivers/transport/udp-port.ts";
import { DeviceTrouble } from "../../drivers/trouble.ts";
import type { startDrawing } from "../faces/drawing/pool.ts";
import type { StoreLedger } from "../flows/flows.ts";
import type { LabelTask } from "../ledger/ledger.ts";
import { pingEveryMs, watchAccessPoints } from "./access-points.ts";
import { checkInNotes } from "./check-ins.ts";
import { deviceRecorder, type Log, type Tender } from "./tender.ts";

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
	/** The virtual store lives faster than a shop: its labels prove a drawing sooner, and are asked again sooner. */
	showing?: Partial<ShowingLimits>;
}
export type Drawing = Awaited<ReturnType<typeof startDrawing>>;

/** Pictures drawn at a time beyond the workers: enough to keep them busy, few enough that a newer price is not drawn after 500 old ones. */
const drawAhead = 24;
const pageTasks = 200;
/** Offers that a label heard, and whose picture was fetched, without a completion. */
const refusedAfterAttempts = 5;
/** Restarts between taking a picture and showing it, one after the other, until a person is called. */
const failedAfterRedraws = 3;
/** Alarms about labels that wait too long, at most so many at a time: a dead base station is one cause, not two thousand. */
const pendingAlarmsMost = 20;

/**
 * Tends the labels: takes what should be shown from the ledger, draws it, offers it, and records what the labels report.
 * The task in the ledger ends only when the label reports the picture, so after a crash all goes on from the ledger.
 */
export function tendLabels(
	ledger: StoreLedger,
	options: LabelTenderOptions,
	drawing: Drawing,
	log: Log,
): Tender & { udpPort(): number; getdataPort(): number } {
	const protocol = "oepl";
	const address = `udp ${options.bind}:${options.port}`;
	const recorder = deviceRecorder(ledger, { id: options.id, family: "label", protocol, address }, log);
	const notes = checkInNotes(ledger, log);
	const named = [...options.peers.map((peer) => `${peer.address}:${peer.port}`), ...options.accessPoints];
	const accessPoints = watchAccessPoints(ledger, options.id, named, log);
	let unproved = 0;
	/** What each label was last asked to show: the price's version in the ledger, and the name that the picture has on the radio. */
	const wanted = new Map<string, { version: number; picture: string }>();
	let fleet: RunningLabelFleet | undefined;
	let udpPort = options.port;
	let getdataPort = options.getdataPort;
	const complain = (what: string) => (error: Error) => log.error({ device: options.id, error: error.message }, what);

	const findPicture = (mac: string, picture: string): Uint8Array | undefined => {
		for (const slot of ["latest", "sent"] as const) {
			const kept = ledger.read.labels.picture(mac, slot);
			if (kept?.picture === picture) return kept.bytes;
		}
		return undefined;
	};

	const offer = async (
		label: string,
		version: number,
		picture: { picture: string; dataType: number; bytes: Uint8Array },
		shown?: string,
	): Promise<void> => {
		wanted.set(label, { version, picture: picture.picture });
		if (shown === undefined) await ledger.do("recordSent", { label, version });
		fleet?.want(
			label,
			{ version: picture.picture, dataType: picture.dataType, bytesLength: picture.bytes.length },
			shown === undefined ? undefined : { shownVersion: shown },
		);
		// A price that went back to what the label shows needs no new picture, and so brings no new report.
		const standing = fleet?.standing(label)?.standing;
		if (shown === undefined && standing?.is === "shown" && standing.picture.version === picture.picture)
			await ledger.do("recordShown", { label, version });
	};

	const draw = async (task: LabelTask): Promise<void> => {
		const kept = ledger.read.labels.picture(task.label, "latest");
		if (kept?.version === task.version && kept.hwType === task.hwType) return offer(task.label, task.version, kept);
		try {
			const drawn = await drawing.draw({
				fields: task.fields,
				hwType: task.hwType,
				firmware: task.firmware,
				...(task.face !== null && { face: task.face }),
			});
			const { wanted: still } = await ledger.do("recordDrawn", {
				label: task.label,
				version: task.version,
				hwType: task.hwType,
				dataType: drawn.dataType,
				picture: drawn.digest,
				bytes: drawn.bytes,
				withoutRoom: drawn.withoutRoom,
				replaced: drawn.replaced,
				...(drawn.insteadOf && { insteadOf: { ...drawn.insteadOf, shown: drawn.face } }),
			});
			if (still) await offer(task.label, task.version, { picture: drawn.digest, dataType: drawn.dataType, bytes: drawn.bytes });
		} catch (error) {
			const code = (error as { code?: string }).code;
			log.error({ label: task.label, code, error: (error as Error).message }, "a label's picture could not be drawn");
			const facts = { model: task.hwType.toString(16).toUpperCase().padStart(2, "0"), reason: (error as Error).message };
			const trouble = code === "face-model-unknown" ? "label-model-unknown" : "label-not-drawn";
			await ledger.do("recordLabelTrouble", { label: task.label, code: trouble, facts });
		}
	};

	const trouble = (label: string, code: string): Promise<unknown> =>
		ledger.do("recordLabelTrouble", { label, code }).catch(complain("a label's trouble could not be recorded"));

	/** Another label stands at this number now: what was drawn has the wrong size for it. */
	const changeModel = async (label: string, hwType: number, accessPoint: string): Promise<void> => {
		const unknown = { firmware: null, batteryMillivolts: null, rssi: null, temperatureCelsius: null };
		await ledger.do("recordCheckIns", { checkIns: [{ label, at: ledger.now().wall, accessPoint, hwType, ...unknown }] });
		wanted.delete(label);
		await trouble(label, "label-model-changed");
	};

	/** What an access point still holds is dropped before a newer picture; one that refuses is named to a person. */
	const clearQueue = async (accessPoint: string, mac: string): Promise<void> => {
		try {
			await clearQueueOverHttp(accessPoint, mac);
			await ledger.do("clearAlarm", { code: "base-station-rejects", subject: accessPoint });
		} catch (error) {
			if (!(error instanceof AccessPointRefused)) throw error;
			await ledger.do("raiseAlarm", {
				code: "base-station-rejects",
				subject: accessPoint,
				facts: { device: accessPoint, reason: `HTTP ${error.status}` },
			});
		}
	};

	/** A label that restarts before it has drawn, again and again: its battery or its panel is at an end. */
	const redraws = new Map<string, number>();
	const redrawn = ({ mac, because }: Extract<FleetReport, { type: "redraw" }>): void => {
		if (because !== "rebooted") return;
		const times = (redraws.get(mac) ?? 0) + 1;
		redraws.set(mac, times);
		if (times === failedAfterRedraws) void trouble(mac, "label-redraw-failed");
	};

	const hear = (report: PeerReport | FleetReport): void => {
		switch (report.type) {
			case "check-in":
				accessPoints.heard(report.accessPoint);
				notes.add(report, ledger.now().wall);
				return recorder.heard();
			case "garbled":
				return recorder.heard({ garbled: report.count });
			case "access-point":
				accessPoints.heard(report.accessPoint);
				return recorder.heard({ [`accessPoint ${report.accessPoint}`]: report.alias });
			case "downloaded":
			case "shown": {
				const asked = wanted.get(report.mac);
				if (!asked || asked.picture !== report.version) return;
				if (report.type === "shown") {
					pending.delete(report.mac);
					redraws.delete(report.mac);
				}
				const flow = report.type === "shown" ? "recordShown" : "recordDownloaded";
				ledger.do(flow, { label: report.mac, version: asked.version }).catch(complain("a label's report could not be recorded"));
				return;
			}
			case "stranger":
				recorder.heard({ strangers: report.count });
				return accessPoints.stranger(report.address);
			case "unproved-completion":
				return recorder.heard({ unprovedCompletions: (unproved += 1) });
			case "foreign-picture":
				return void trouble(report.mac, "label-foreign-picture");
			case "gave-up":
				// The label is awake and its access point has the picture: after so many tries the label refuses this picture.
				if (report.heard && report.attempt >= refusedAfterAttempts) void trouble(report.mac, "label-refused-picture");
				return;
			case "model-changed":
				return void changeModel(report.mac, report.to, report.accessPoint ?? "").catch(complain("a changed label could not be recorded"));
			case "redraw":
				return redrawn(report);
			case "out-of-contact":
				return void trouble(report.mac, "label-out-of-contact");
			default:
				return;
		}
	};

	const stopped = new AbortController();
	const working = (async () => {
		const failed = new Map<string, number>();
		while (!stopped.signal.aborted) {
			const next = ledger.bells.wait("label-task", 5_000, stopped.signal);
			for (let after = ""; !stopped.signal.aborted; ) {
				const tasks = ledger.read.labels.tasks(after, pageTasks);
				const due = tasks.filter((task) => wanted.get(task.label)?.version !== task.version && failed.get(task.label) !== task.version);
				for (let from = 0; from < due.length && !stopped.signal.aborted; from += drawAhead)
					await Promise.all(
						due.slice(from, from + drawAhead).map((task) =>
							draw(task).catch((error: Error) => {
								failed.set(task.label, task.version);
								complain("a label could not be tended")(error);
							}),
						),
					);
				if (tasks.length < pageTasks) break;
				after = tasks.at(-1)!.label;
			}
			await next;
		}
	})();

	const pending = new Set<string>();
	const lookForPending = async (): Promise<void> => {
		const before = new Date(Date.parse(ledger.now().wall) - options.pendingMinutes * 60_000).toISOString();
		for (let after = ""; pending.size < pendingAlarmsMost; ) {
			const tasks = ledger.read.labels.tasks(after, pageTasks);
			for (const { label, at, fields } of tasks) {
				if (at > before || pending.has(label) || pending.size >= pendingAlarmsMost) continue;
				pending.add(label);
				await ledger.do("raiseAlarm", { code: "label-pending-long", subject: label, facts: { device: label, label, sku: fields.sku } });
			}
			if (tasks.length < pageTasks) return;
			after = tasks.at(-1)!.label;
		}
	};
	const pendingTimer = setInterval(() => void lookForPending().catch(complain("waiting labels could not be looked for")), 60_000).unref();

	/** After a restart: gives the fleet the picture that each label was proved to show, so that a label that lost it gets it again. */
	const remember = (): void => {
		for (const [label, { version, picture }] of wanted) {
			const kept = ledger.read.labels.picture(label, "latest");
			if (kept?.version === version) fleet?.want(label, { version: picture, dataType: kept.dataType, bytesLength: kept.bytes.length });
		}
		for (let after = ""; ; ) {
			const page = ledger.read.labels.list({ after, limit: 500 });
			for (const label of page) {
				const kept = label.state === "SHOWN" && !wanted.has(label.id) ? ledger.read.labels.picture(label.id, "confirmed") : undefined;
				if (kept) void offer(label.id, kept.version, kept, kept.picture).catch(complain("a shown label could not be remembered"));
			}
			if (page.length < 500) break;
			after = page.at(-1)!.id;
		}
	};

	const start = () =>
		keepOpen({
			open: openUdpPort({ bind: options.bind, port: options.port, ...(options.group !== null && { multicastGroup: options.group }) }),
			facts: { device: options.id, port: address },
			report: recorder.link,
			run(port) {
				udpPort = Number(/(\d+)$/.exec(port.name)?.[1] ?? options.port);
				let over = false;
				void runLabelFleet(
					port,
					{
						alias: options.id,
						maxPendingPerAp: options.maxPendingPerAccessPoint,
						findPicture,
						getdata: { bind: options.bind, port: options.getdataPort },
						limits: { silentAfterMs: options.silentAfterMinutes * 60_000, ...options.showing },
						...(options.group !== null && { group: options.group, clearQueue }),
						...(options.peers.length > 0 && { peers: options.peers }),
						accessPoints: options.accessPoints,
						announceEveryMs: pingEveryMs,
					},
					hear,
				).then(
					(running) => {
						if (over) return void running.stop();
						fleet = running;
						getdataPort = running.getdataPort;
						recorder.link({ type: "open" });
						remember();
					},
					(error: NodeJS.ErrnoException) => {
						const code = error.code === "EACCES" ? "port-forbidden" : "port-busy";
						recorder.trouble(new DeviceTrouble(code, { device: options.id, port: `tcp ${options.getdataPort}` }, { cause: error }));
						void port.close();
					},
				);
				return () => {
					over = true;
					void fleet?.stop();
					fleet = undefined;
				};
			},
		});
	let link = start();

	return {
		id: options.id,
		family: "label",
		udpPort: () => udpPort,
		getdataPort: () => getdataPort,
		test: () => Promise.resolve(false),
		async restart() {
			await link.stop();
			link = start();
		},
		async stop() {
			accessPoints.stop();
			clearInterval(pendingTimer);
			stopped.abort();
			await working;
			await link.stop();
			await notes.flush();
		},
	};
}
