import { join } from "node:path";
import { labelModel } from "../../../drivers/label/models.ts";
import type { Broker } from "../../broker/broker.ts";
import { openAuditLog } from "../../desk/audit-log.ts";
import type { DeviceActions } from "../../desk/routes/devices.ts";
import type { HealthOptions } from "../../desk/routes/health.ts";
import type { Pictures } from "../../desk/routes/labels.ts";
import type { SettingsDesk } from "../../desk/routes/settings/settings-port.ts";
import { type Desk, type DeskOptions, startDesk } from "../../desk/server.ts";
import type { Floor } from "../../floor/floor.ts";
import type { Uplink } from "../../uplink/uplink.ts";
import type { ReplicaInShort } from "../../words/answers/store-status.ts";
import { defined } from "../../words/defined.ts";
import { alarmInWords } from "../alarm-words.ts";
import type { DeskPeople } from "../start/desk-access.ts";
import { type DeskCertificate, watchDeskCertificate } from "../start/desk-certificate.ts";
import { openPart } from "../start/start-failed.ts";
import { version } from "../version.ts";
import { watchGuessing } from "../watch/guessing.ts";
import type { Opening } from "./opening.ts";

/** The desk shows and changes these parts of the rooms that were opened before it. */
export interface DeskSources {
	people: DeskPeople;
	certificate: DeskCertificate;
	/** Names of the label templates that are loaded. */
	faces: string[];
	floor: Floor;
	broker: Broker;
	uplink: Uplink | undefined;
	/** Undefined: the configuration came from nowhere that could be shown, as in tests. */
	settings: SettingsDesk | undefined;
	/** Undefined: no copy is configured. */
	replica: (() => ReplicaInShort) | undefined;
}

export async function openDesk(opening: Opening, sources: DeskSources): Promise<Desk> {
	const { config, ledger, locale, log, parts } = opening;
	const { people, certificate, faces, floor, broker, uplink, replica, settings } = sources;
	const { host, port, names, trustedProxy: trustedProxies } = config.desk;
	const guessing = watchGuessing(ledger, log);
	parts.add(() => guessing.stop());
	const desk = await openPart({ path: "desk", host, port }, () =>
		startDesk({
			host,
			port,
			version,
			locale,
			log,
			ledger,
			access: { directory: people.directory, isDemo: opening.isDemo, names },
			passkeys: people.passkeys,
			...defined({ claim: opening.isDemo ? undefined : people.claim, country: opening.config.country, replica, settings }),
			returnDays: opening.config.returns.days,
			tls: certificate,
			trustedProxies,
			audit: auditTo(opening),
			onGuessing: guessing.guessed,
			status: statusOf(opening, uplink),
			notReady: opening.disk.notReady,
			pictures: picturesOf(opening, faces),
			actions: actionsOf(floor),
			shelfPlan: config.shelfPlan.map(({ facings, ...position }) => ({ ...position, ...defined({ facings }) })),
			shelves: config.shelves.map(({ id, sku, scale, others }) => ({ id, sku, scale, others })),
			broker,
			explain: explainerOf(opening, uplink),
			pageDir: join(import.meta.dirname, "../../../dist/cockpit"),
			handDir: join(import.meta.dirname, "../../../dist/hand"),
		}),
	);
	parts.add(() => desk.stop());
	parts.add(watchDeskCertificate(config, desk.renewTls, log));
	return desk;
}

/** Writes each audited act to the log and as a fact to the ledger. */
function auditTo({ ledger, log, parts }: Opening): DeskOptions["audit"] {
	const audit = openAuditLog(ledger, (error, entry) => log.error({ ...entry, error: error.message }, "an audited act could not be kept"));
	parts.add(() => audit.stop());
	return (entry) => {
		log.info({ ...entry }, "audit");
		audit.record(entry);
	};
}

function statusOf({ config, ledger, growth }: Opening, uplink: Uplink | undefined): HealthOptions["status"] {
	return () => ({
		configured: config.hq !== undefined,
		connected: uplink?.status().connected ?? false,
		lastContact: uplink?.status().lastContact ?? ledger.read.link.lastContactAt(),
		offlineDaysLeft: growth.offlineDaysLeft(),
		why: config.hq ? (uplink?.status().why ?? null) : "no head office is configured",
		...(uplink && { refused: uplink.status().refusedWords, withheld: uplink.status().counts.withheld }),
	});
}

/** The reason why head office is unreachable may change while the alarm stands, and between starts: the line has the newest one. */
function explainerOf({ ledger }: Opening, uplink: Uplink | undefined): NonNullable<DeskOptions["explain"]> {
	return ({ id }, language) => {
		const alarm = ledger.read.alarms.get(id);
		const why = alarm?.code === "hq-out-of-reach" ? uplink?.status().why : undefined;
		return alarmInWords(alarm && why ? { ...alarm, facts: { ...alarm.facts, why } } : alarm, language);
	};
}

function picturesOf({ ledger }: Opening, faces: string[]): Pictures {
	return {
		faces,
		async png(label, which) {
			const kept = ledger.read.labels.picture(label, which);
			const model = kept && labelModel(kept.hwType);
			if (!kept || !model) return undefined;
			// Loaded with the first picture that somebody asks for: a start has no use for it.
			const { pictureToPng } = await import("../../faces/drawing/png.ts");
			return pictureToPng(kept.dataType, kept.bytes, model);
		},
	};
}

function actionsOf(floor: Floor): DeviceActions {
	return {
		sensorsOf: floor.sensors.of,
		async testDevice(id) {
			const did = (await floor.tender(id)?.test()) ?? false;
			return did
				? { ok: true, what: `${id} was asked to show that it works.`, ...(typeof did === "object" && did) }
				: { ok: false, what: `${id} has nothing to show, or is not connected.`, do: "Look at its state and its alarm." };
		},
		traceDevice(id, after) {
			const page = floor.tender(id)?.trace?.(after);
			return (
				page && { ...page, items: page.items.map(({ n, direction, bytes }) => ({ n, direction, hex: Buffer.from(bytes).toString("hex") })) }
			);
		},
		async restartDevice(id) {
			await floor.tender(id)?.restart();
		},
	};
}
