import { runLabelFleet } from "../../../drivers/label/oepl/run-fleet.ts";
import { AccessPointRefused, clearQueueOverHttp } from "../../../drivers/label/oepl/tag-command.ts";
import type { DatagramPort } from "../../../drivers/transport/datagram.ts";
import { keepOpen } from "../../../drivers/transport/keep-open.ts";
import { openUdpPort } from "../../../drivers/transport/udp-port.ts";
import { DeviceTrouble } from "../../../drivers/trouble.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import { deviceRecorder, type Log, type Tender } from "../tender.ts";
import { pingEveryMs, watchAccessPoints } from "./access-points.ts";
import { checkInNotes } from "./check-ins.ts";
import { findPicture, offer, remember, workOn } from "./pictures.ts";
import { hear } from "./reports.ts";
import { addressOf, complain, type Drawing, type LabelTenderOptions, type Tending } from "./tending.ts";
import { lookForPending } from "./waiting.ts";

/**
 * Tends the labels: takes what should be shown from the ledger, draws it, offers it, and records what the labels report.
 * The task in the ledger ends only when the label reports the picture, so a new start goes on from the ledger.
 */
export function tendLabels(
	ledger: StoreLedger,
	options: LabelTenderOptions,
	drawing: Drawing,
	log: Log,
): Tender & { udpPort(): number; getdataPort(): number } {
	const named = [...options.peers.map((peer) => `${peer.address}:${peer.port}`), ...options.accessPoints];
	const tending: Tending = {
		ledger,
		options,
		drawing,
		log,
		recorder: deviceRecorder(ledger, { id: options.id, family: "label", protocol: "oepl", address: addressOf(options) }, log),
		notes: checkInNotes(ledger, log),
		accessPoints: watchAccessPoints(ledger, options.id, named, log),
		unproved: 0,
		wanted: new Map<string, { version: number; picture: string }>(),
		fleet: undefined,
		udpPort: options.port,
		getdataPort: options.getdataPort,
		redraws: new Map<string, number>(),
		stopped: new AbortController(),
		isMine: (label) => !(options.isElsewhere?.(label) ?? false),
		offer: (label, version, picture) => offer(tending, label, version, picture),
	};
	const pendingTimer = setInterval(
		() => void lookForPending(tending).catch(complain(tending, "waiting labels could not be looked for")),
		60_000,
	).unref();
	const working = workOn(tending);
	let link = start(tending);
	return {
		id: tending.options.id,
		family: "label",
		udpPort: () => tending.udpPort,
		getdataPort: () => tending.getdataPort,
		test: () => Promise.resolve(false),
		async restart() {
			await link.stop();
			link = start(tending);
		},
		async stop() {
			tending.accessPoints.stop();
			clearInterval(pendingTimer);
			tending.stopped.abort();
			await working;
			await link.stop();
			await tending.notes.flush();
		},
	};
}

function start(tending: Tending) {
	const { bind, port, group, id } = tending.options;
	return keepOpen({
		open: openUdpPort({ bind, port, ...(group !== null && { multicastGroup: group }) }),
		facts: { device: id, port: addressOf(tending.options) },
		report: tending.recorder.link,
		run: (udpPort) => runFleet(tending, udpPort),
	});
}

/** Runs the fleet while the port is open. Returns how to stop it, also when it is not up yet. */
function runFleet(tending: Tending, port: DatagramPort): () => void {
	const { options, recorder } = tending;
	tending.udpPort = Number(/(\d+)$/.exec(port.name)?.[1] ?? options.port);
	let isOver = false;
	void runLabelFleet(port, fleetOptions(tending), (report) => hear(tending, report)).then(
		(running) => {
			if (isOver) return void running.stop();
			tending.fleet = running;
			tending.getdataPort = running.getdataPort;
			recorder.link({ type: "open" });
			remember(tending);
		},
		(error: NodeJS.ErrnoException) => {
			const code = error.code === "EACCES" ? "port-forbidden" : "port-busy";
			recorder.trouble(new DeviceTrouble(code, { device: options.id, port: `tcp ${options.getdataPort}` }, { cause: error }));
			void port.close();
		},
	);
	return () => {
		isOver = true;
		void tending.fleet?.stop();
		tending.fleet = undefined;
	};
}

function fleetOptions(tending: Tending): Parameters<typeof runLabelFleet>[1] {
	const { options } = tending;
	return {
		alias: options.id,
		maxPendingPerAp: options.maxPendingPerAccessPoint,
		findPicture: (mac, picture) => findPicture(tending, mac, picture),
		getdata: { bind: options.bind, port: options.getdataPort },
		limits: { silentAfterMs: options.silentAfterMinutes * 60_000, ...options.showing },
		...(options.group !== null && {
			group: options.group,
			clearQueue: (accessPoint: string, mac: string) => clearQueue(tending, accessPoint, mac),
		}),
		...(options.peers.length > 0 && { peers: options.peers }),
		accessPoints: options.accessPoints,
		announceEveryMs: pingEveryMs,
	};
}

/** Makes an access point drop the picture that it still holds for a label, before a newer one. A refusal raises an alarm. */
async function clearQueue(tending: Tending, accessPoint: string, mac: string): Promise<void> {
	try {
		await clearQueueOverHttp(accessPoint, mac);
		await tending.ledger.do("clearAlarm", { code: "base-station-rejects", subject: accessPoint });
	} catch (error) {
		if (!(error instanceof AccessPointRefused)) throw error;
		await tending.ledger.do("raiseAlarm", {
			code: "base-station-rejects",
			subject: accessPoint,
			facts: { device: accessPoint, reason: `HTTP ${error.status}` },
		});
	}
}
