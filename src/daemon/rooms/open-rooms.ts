/**
 * Every room but the ledger. The daemon loads this file while the ledger's thread opens the store's database: each takes a tenth of a
 * second of a start.
 */
import type { Config } from "../../config/schema.ts";
import { loadFaces } from "../../faces/template.ts";
import type { LabelTenderOptions } from "../../floor/labels/tending.ts";
import { tendBackups } from "../backups/nightly.ts";
import { deskSettings } from "../desk-settings.ts";
import { openReplica } from "../replica/replica.ts";
import type { Secrets } from "../start/before-rooms.ts";
import { openClaimOf } from "../start/desk-access.ts";
import { openPart } from "../start/start-failed.ts";
import { recordConfigChange, watchConsoleActs } from "../watch/console-acts.ts";
import { tendEachMinute } from "../watch/each-minute.ts";
import { openBroker } from "./open-broker.ts";
import { openDesk } from "./open-desk.ts";
import { openEpos } from "./open-epos.ts";
import { openFloor } from "./open-floor.ts";
import { openRaw } from "./open-raw.ts";
import { openUplink } from "./open-uplink.ts";
import type { Opening } from "./opening.ts";

export interface RoomsOptions {
	/** Before head office's settings are applied. */
	configured: Config;
	secrets: Secrets;
	/** `gondola.yaml`, which goes to the copy and which the desk changes. Left out: none is sent or changed. */
	configFile?: string;
	/** The text of a configuration that is in no file, for the desk to show. */
	configText?: string;
	/** Limits of a label's showing; the demo's virtual store shortens them. */
	labelShowing?: LabelTenderOptions["showing"];
}

export interface Rooms {
	addresses: { cockpit: string; mqtt: string };
	/** Where base stations reach the gateway; undefined when none is configured. */
	labelPorts(): { udpPort: number; getdataPort: number } | undefined;
	/** The code that makes the first person; undefined when there is one. */
	claimCode: string | undefined;
}

/** Reads what needs no ledger, and answers how the rooms are opened with one. Rejects with StartFailed when a part does not open. */
export async function prepareRooms(options: RoomsOptions): Promise<(opening: Opening) => Promise<Rooms>> {
	const { configured } = options;
	const faces = await openPart({ path: "faces.directory" }, () => loadFaces(configured.faces.directory));
	return (opening) => openRooms(opening, [...faces.keys()], options);
}

async function openRooms(opening: Opening, faces: string[], options: RoomsOptions): Promise<Rooms> {
	const { ledger, log, parts, isDemo } = opening;
	const { configured, secrets, labelShowing, configFile, configText } = options;
	const { credentials, people, certificate, brokerTls } = secrets;
	const replica = await openReplica(opening, configFile);
	tendEachMinute(opening);
	tendBackups(opening);

	const floor = openFloor(opening, labelShowing);
	const broker = await openBroker(opening, floor, brokerTls);
	const uplink = await openUplink(opening, credentials);
	if (!isDemo) await recordConfigChange(configured, ledger);
	const consoleActs = watchConsoleActs(configured.data, ledger, log);
	parts.add(() => consoleActs.stop());
	const source = configFile !== undefined ? { file: configFile } : configText !== undefined ? { text: configText } : undefined;
	const settings = source && deskSettings(source, configured);
	const desk = await openDesk(opening, { people, certificate, faces, floor, broker, uplink, replica, settings });
	await openEpos(opening, certificate);
	await openRaw(opening);
	const claimCode = isDemo ? undefined : await openClaimOf(people, opening);
	return { addresses: { cockpit: desk.url, mqtt: broker.url }, labelPorts: floor.labelPorts, claimCode };
}
