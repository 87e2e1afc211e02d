/** Builds every room, starts inward to outward, stops outward to inward. Only here are all rooms known. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labelModel } from "../../drivers/label/models.ts";
import { maskCards } from "../../drivers/scanner/payment-card.ts";
import { makeDirectory } from "../access/files/make-directory.ts";
import { accountsFileName } from "../broker/access/accounts-file.ts";
import { type Broker, startBroker } from "../broker/broker.ts";
import type { MappingRule } from "../broker/routing/mapping.ts";
import type { Config } from "../config/schema.ts";
import { openAuditLog } from "../desk/audit-log.ts";
import { type Desk, startDesk } from "../desk/server.ts";
import { pictureToPng } from "../faces/drawing/png.ts";
import { startDrawing } from "../faces/drawing/pool.ts";
import { loadFaces } from "../faces/template.ts";
import { type Floor, type FloorDevice, startFloor } from "../floor/floor.ts";
import type { LabelTenderOptions } from "../floor/labels.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { startUplink, type Uplink } from "../uplink/uplink.ts";
import { defined } from "../words/defined.ts";
import { alarmInWords } from "./alarm-words.ts";
import { createClock, timeZoneOfThisBox } from "./clock.ts";
import { type Closing, closing } from "./closing.ts";
import { openStoreLedger } from "./ledger.ts";
import { createLog } from "./log.ts";
import { inspectScan, scanReadingOf } from "./scan-inspection.ts";
import { withSettings } from "./settings.ts";
import { openDeskPeople } from "./start/desk-access.ts";
import { openDeskCertificate, watchDeskCertificate } from "./start/desk-certificate.ts";
import { lineCredentials } from "./start/line-credentials.ts";
import { openLineTrust } from "./start/line-trust.ts";
import { lockDirectory } from "./start/lock.ts";
import { openPart } from "./start/start-failed.ts";
import { version } from "./version.ts";
import { watchClock } from "./watch/clock-watch.ts";
import { recordConfigChange, watchConsoleActs } from "./watch/console-acts.ts";
import { measureGrowth } from "./watch/growth.ts";
import { watchGuessing } from "./watch/guessing.ts";
import { tendHeap } from "./watch/heap.ts";
import { sayRebuilt } from "./watch/rebuilt.ts";
import { tendSpace } from "./watch/space.ts";

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
	/** Whoever asks from this machine without a token may do everything. */
	isDemo?: boolean;
	log?: ReturnType<typeof createLog>;
	/** A virtual store lives faster than a shop. */
	labelShowing?: LabelTenderOptions["showing"];
}

/** Rechecks all labels at the start, a page at a time, so that a till that asks meanwhile need not wait. */
async function recheckLabels(ledger: StoreLedger): Promise<void> {
	let after: string | null = "";
	while (after !== null) ({ after } = await ledger.do("recheckLabels", { after }));
}

/** A killed predecessor needs a moment to let go of its ledger. */
const predecessorEndsWithinMs = 10_000;

/** Rejects with ConfigWrong or StartFailed when a part does not open; then nothing stays open. */
export async function startDaemon(configured: Config, options: DaemonOptions = {}): Promise<Daemon> {
	const parts = closing();
	try {
		return await openParts(configured, options, parts);
	} catch (error) {
		// Why it did not start counts, not what went wrong while it was taken down.
		await parts.run().catch(() => {});
		throw error;
	}
}

async function openParts(
	configured: Config,
	{ log = createLog(), labelShowing, isDemo = false }: DaemonOptions,
	parts: Closing,
): Promise<Daemon> {
	// Secrets that are open to others, or missing, stop the start before anything runs.
	const credentials = await openPart({ path: "hq" }, () => configured.hq && lineCredentials(configured.hq));
	const unlock = await openPart({ path: "data" }, () => {
		makeDirectory(configured.data);
		return lockDirectory(configured.data, predecessorEndsWithinMs);
	});
	parts.add(unlock);
	const people = await openDeskPeople(configured);
	const certificate = await openPart({ path: "desk.tls" }, () => openDeskCertificate(configured));
	const brokerTls = await openPart({ path: "broker.tls" }, () => configured.broker.tls && tlsOf(configured.broker.tls));
	const clock = createClock();
	const ledger = await openPart({ path: "data" }, () => openStoreLedger(configured.data, clock.now));
	parts.add(() => ledger.close());
	// What a storm left when the plug was pulled is there before anybody can ask for it.
	while (await ledger.do("readScanBacklog", {}));
	const watching = watchClock(clock, ledger, log);
	parts.add(() => watching.stop());
	const { config, ignored } = withSettings(configured, ledger.read.settings.values());
	if (ignored.length > 0) log.warn({ ignored }, "head office wishes settings that this build does not know or cannot take");
	const timeZone = config.timeZone ?? timeZoneOfThisBox();
	const { redraws } = await ledger.do("setIdentity", { store: config.store, tenant: config.tenant, locale: config.locale, timeZone });
	await ledger.do("keepScanReading", scanReadingOf(config));
	const { afterCrash } = await ledger.do("recordStart", { version, boot: clock.boot });
	parts.add(() => ledger.do("recordStop", undefined));
	if (afterCrash) log.warn({}, "the last run did not say goodbye: a power cut or a crash; everything acknowledged is here");
	if (afterCrash || redraws) await recheckLabels(ledger);
	await sayRebuilt(ledger, log);
	const faces = await openPart({ path: "faces.directory" }, () => loadFaces(config.faces.directory));
	const drawing = startDrawing({
		workers: config.faces.workers,
		...(config.faces.directory !== undefined && { folder: config.faces.directory }),
	});
	parts.add(() => drawing.stop());
	const growth = measureGrowth(ledger, config.limits.ledgerMegabytes * 1_000_000);
	const space = tendSpace(ledger, config.limits.ledgerMegabytes * 1_000_000, log);
	void space.look();
	const locale = config.locale === "zh-CN" ? "zh-CN" : "en";

	const minute = setInterval(() => {
		ledger.do("keepClockFloor", {}).catch((error: Error) => log.error({ error: error.message }, "the time could not be noted"));
		void space.look();
	}, 60_000);
	minute.unref();
	parts.add(() => clearInterval(minute));

	const devices = config.devices.map((device) =>
		device.family === "label"
			? { ...device, pendingMinutes: config.alarms.labelPendingMinutes, ...(labelShowing && { showing: labelShowing }) }
			: device,
	) as FloorDevice[];
	const floor: Floor = startFloor({ ledger, devices, shelves: config.shelves, drawing, log });

	parts.add(() => floor.stop());

	const listens = { path: "broker", host: config.broker.host, port: config.broker.port };
	const broker: Broker = await openPart(listens, () =>
		startBroker({
			ledger,
			host: config.broker.host,
			port: config.broker.port,
			anonymousLoopback: config.broker.anonymousLoopback,
			accounts: { file: config.broker.accountsFile ?? join(config.data, accountsFileName) },
			...(brokerTls && { tls: brokerTls }),
			plain: config.broker.plain,
			...(config.broker.websocket && {
				ws: { port: config.broker.websocket.port, names: config.desk.names, secure: !config.broker.plain },
			}),
			limits: config.broker.limits,
			mapping: mappingOf(config),
			onWeight(device, milligrams, settled, sourceId) {
				if (floor.mqtt.heard(device, { grams: Math.round(milligrams / 1_000) }).paused) floor.shelves.resume(device);
				return floor.shelves.report(device, milligrams, settled, sourceId);
			},
			onScan: (device) => void floor.mqtt.heard(device, {}),
			onPresence(device, isOnline) {
				floor.shelves.resume(device);
				return floor.mqtt.presence(device, isOnline);
			},
			inspectScan,
			maskSample: maskCards,
			alarmWords: (alarm) => ({ ...alarm, ...alarmInWords(alarm, locale) }),
			log,
		}),
	);
	parts.add(() => broker.stop());

	// Without `hq` in the configuration nobody is out of reach: an alarm that an earlier start left is over.
	if (!config.hq) await ledger.do("clearAlarm", { code: "hq-out-of-reach", subject: "hq" });
	const trust = await openPart({ path: "data" }, () => openLineTrust(config, ledger));
	const uplink: Uplink | undefined = config.hq
		? await startUplink({
				ledger,
				url: config.hq.url,
				tenant: config.tenant,
				store: config.store,
				build: version,
				boot: clock.boot,
				afterCrash,
				log,
				credentials: credentials ?? {},
				...defined({ trust }),
				freeDays: () => growth.offlineDaysLeft(),
				onClock: clock.hear,
			})
		: undefined;
	parts.add(() => uplink?.stop());

	const audit = openAuditLog(ledger, (error, entry) => log.error({ ...entry, error: error.message }, "an audited act could not be kept"));
	parts.add(() => audit.stop());
	if (!isDemo) await recordConfigChange(configured, ledger);
	const consoleActs = watchConsoleActs(configured.data, ledger, log);
	parts.add(() => consoleActs.stop());
	const guessing = watchGuessing(ledger, log);
	parts.add(() => guessing.stop());
	const claim = isDemo ? undefined : people.claim;
	const desk: Desk = await openPart({ path: "desk", host: config.desk.host, port: config.desk.port }, () =>
		startDesk({
			access: { directory: people.directory, isDemo, names: config.desk.names },
			passkeys: people.passkeys,
			...defined({ claim }),
			tls: certificate,
			trustedProxies: config.desk.trustedProxy,
			audit(entry) {
				log.info({ ...entry }, "audit");
				audit.record(entry);
			},
			onGuessing: guessing.tell,
			ledger,
			host: config.desk.host,
			port: config.desk.port,
			version,
			locale,
			log,
			status: () => ({
				configured: config.hq !== undefined,
				connected: uplink?.status().connected ?? false,
				lastContact: uplink?.status().lastContact ?? ledger.read.link.lastContactAt(),
				offlineDaysLeft: growth.offlineDaysLeft(),
				why: config.hq ? (uplink?.status().why ?? null) : "no head office is configured",
			}),
			pictures: {
				faces: [...faces.keys()],
				png(label, which) {
					const kept = ledger.read.labels.picture(label, which);
					const model = kept && labelModel(kept.hwType);
					return kept && model ? pictureToPng(kept.dataType, kept.bytes, model) : undefined;
				},
			},
			actions: {
				async testDevice(id) {
					const did = (await floor.tender(id)?.test()) ?? false;
					return did
						? { ok: true, what: `${id} was asked to show that it works.` }
						: { ok: false, what: `${id} has nothing to show, or is not connected.`, do: "Look at its state and its alarm." };
				},
				async restartDevice(id) {
					await floor.tender(id)?.restart();
				},
			},
			shelves: config.shelves.map((shelf) => ({ id: shelf.id, sku: shelf.sku, scale: shelf.scale })),
			broker,
			explain: (alarm, language) => alarmInWords(ledger.read.alarms.get(alarm.id), language),
			pageDir: join(import.meta.dirname, "../../dist/cockpit"),
		}),
	);
	parts.add(() => desk.stop());
	parts.add(watchDeskCertificate(config, desk.renewTls, log));
	parts.add(tendHeap());
	log.info({ cockpit: desk.url, mqtt: broker.url, store: config.store }, "gondola is up");

	return {
		addresses: { cockpit: desk.url, mqtt: broker.url },
		labelPorts: floor.labelPorts,
		ledger,
		claimCode: claim?.code,
		async stop() {
			await parts.run();
			log.info({}, "gondola has stopped");
		},
	};
}

const tlsOf = ({ port, certFile, keyFile, caFile }: NonNullable<Config["broker"]["tls"]>) => ({
	port,
	cert: readFileSync(certFile),
	key: readFileSync(keyFile),
	...(caFile !== undefined && { ca: readFileSync(caFile), requestCert: true }),
});

/** Firmware with topics of its own, as rules for the broker. */
function mappingOf(config: Config): MappingRule[] {
	return config.devices.flatMap((device): MappingRule[] => {
		if (device.protocol !== "mqtt") return [];
		const rules: MappingRule[] = [];
		const unit = "unit" in device ? device.unit : "g";
		if (device.topic !== undefined)
			rules.push({
				topic: device.topic,
				device: device.id,
				as: device.family === "scale" ? "weight" : "scan",
				unit,
				...defined({ path: device.path, settled: "settled" in device ? device.settled : undefined }),
			});
		if (device.presence !== undefined) rules.push({ topic: device.presence, device: device.id, as: "state", unit });
		return rules;
	});
}
