/** Builds every room, the ledger first and the doors last; stops them in the other order. Only here are all rooms known. */
import type { Config } from "../config/schema.ts";
import { loadFaces } from "../faces/template.ts";
import type { LabelTenderOptions } from "../floor/labels/tending.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { tendBackups } from "./backups/nightly.ts";
import { type Closing, closing } from "./closing.ts";
import { deskSettings } from "./desk-settings.ts";
import { createLog } from "./log.ts";
import { openReplica } from "./replica/replica.ts";
import { openBroker } from "./rooms/open-broker.ts";
import { openDesk } from "./rooms/open-desk.ts";
import { openEpos } from "./rooms/open-epos.ts";
import { openFloor } from "./rooms/open-floor.ts";
import { openLedgerRoom } from "./rooms/open-ledger.ts";
import { openRaw } from "./rooms/open-raw.ts";
import { openUplink } from "./rooms/open-uplink.ts";
import type { Opening } from "./rooms/opening.ts";
import { openBeforeRooms } from "./start/before-rooms.ts";
import { openClaimOf } from "./start/desk-access.ts";
import { openPart } from "./start/start-failed.ts";
import { recordConfigChange, watchConsoleActs } from "./watch/console-acts.ts";
import { tendEachMinute } from "./watch/each-minute.ts";
import { tendHeap } from "./watch/heap.ts";

export interface Daemon {
	addresses: { cockpit: string; mqtt: string };
	/** Where base stations reach the gateway; undefined when none is configured. */
	labelPorts(): { udpPort: number; getdataPort: number } | undefined;
	ledger: StoreLedger;
	/** The code that makes the first person; undefined when there is one. */
	claimCode: string | undefined;
	stop(): Promise<void>;
}

export interface DaemonOptions {
	/** Requests from this machine without a token may do everything. */
	isDemo?: boolean;
	/** `gondola.yaml`, which goes to the copy and which the desk changes. Left out: none is sent or changed. */
	configFile?: string;
	/** The text of a configuration that is in no file, for the desk to show. */
	configText?: string;
	log?: ReturnType<typeof createLog>;
	/** Limits of a label's showing; the demo's virtual store shortens them. */
	labelShowing?: LabelTenderOptions["showing"];
}

/** Rejects with ConfigWrong or StartFailed when a part does not open; then nothing stays open. */
export async function startDaemon(configured: Config, options: DaemonOptions = {}): Promise<Daemon> {
	const parts = closing();
	try {
		return await openParts(configured, options, parts);
	} catch (error) {
		// The caller is told why the start failed; a failure while closing what was open would hide that.
		await parts.run().catch(() => {});
		throw error;
	}
}

async function openParts(configured: Config, options: DaemonOptions, parts: Closing): Promise<Daemon> {
	const { log = createLog(), labelShowing, isDemo = false } = options;
	const { credentials, people, certificate, brokerTls } = await openBeforeRooms(configured, parts);
	const opening: Opening = { ...(await openLedgerRoom(configured, log, parts)), isDemo };
	const { config, ledger } = opening;
	const faces = await openPart({ path: "faces.directory" }, () => loadFaces(config.faces.directory));
	const replica = await openReplica(opening, options.configFile);
	tendEachMinute(opening);
	tendBackups(opening);

	const floor = openFloor(opening, labelShowing);
	const broker = await openBroker(opening, floor, brokerTls);
	const uplink = await openUplink(opening, credentials);
	if (!isDemo) await recordConfigChange(configured, ledger);
	const consoleActs = watchConsoleActs(configured.data, ledger, log);
	parts.add(() => consoleActs.stop());
	const { configFile, configText } = options;
	const source = configFile !== undefined ? { file: configFile } : configText !== undefined ? { text: configText } : undefined;
	const settings = source && deskSettings(source, configured);
	const desk = await openDesk(opening, { people, certificate, faces: [...faces.keys()], floor, broker, uplink, replica, settings });
	await openEpos(opening, certificate);
	await openRaw(opening);
	const claimCode = isDemo ? undefined : await openClaimOf(people, opening);
	parts.add(tendHeap());
	log.info({ cockpit: desk.url, mqtt: broker.url, store: config.store }, "gondola is up");

	return {
		addresses: { cockpit: desk.url, mqtt: broker.url },
		labelPorts: floor.labelPorts,
		ledger,
		claimCode,
		async stop() {
			await parts.run();
			log.info({}, "gondola has stopped");
		},
	};
}
