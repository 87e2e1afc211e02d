import type { Socket } from "node:net";
import { openClaim } from "../access/claim.ts";
import { openDirectory } from "../access/directory.ts";
import { openPasskeys } from "../access/passkeys.ts";
import { openSignIn } from "../access/sign-in.ts";
import type { TlsToo } from "../access/tls-too.ts";
import { defined } from "../words/defined.ts";
import { joinCluster } from "./cluster/cluster.ts";
import { type Db, openDatabase } from "./database/database.ts";
import { type Enrolment, type EnrolmentOptions, openEnrolment } from "./enrolment/enrolment.ts";
import { followKeys, hqTrust } from "./enrolment/hq-trust.ts";
import type { HqKeys } from "./enrolment/key-folder.ts";
import { buildHttp, listen } from "./http/server.ts";
import { type HqLine, type HqLineOptions, startHqLine } from "./line/line.ts";
import { watchLine } from "./line/line-watch.ts";
import { accessInDatabase } from "./people/access-repository.ts";
import { alarmOutcome, openAudit } from "./people/audit.ts";
import { openConsole } from "./people/console.ts";
import { type OidcSettings, openOidc } from "./people/oidc.ts";
import { callbackPath } from "./people/oidc-routes.ts";
import { openRepositories, type Repositories } from "./repositories.ts";
import { ownWordOnly } from "./restore/own-word.ts";
import { reportingRestores } from "./restore/restore-report.ts";

export interface HqOptions {
	/** Where the embedded database lives; in memory when neither this nor `databaseUrl` is given. */
	dataDir?: string;
	databaseUrl?: string;
	/** 0: any free one. */
	port: number;
	host?: string;
	/** The broker the stores meet HQ on. Without one HQ answers HTTP only. */
	brokerUrl?: string;
	tenant: string;
	/** ISO 4217: what the tenant's stores charge in; guard rails hold another one. Left out: that of the first push. */
	currency?: string;
	/**
	 * Two hex digits each, to divide the stores by hand. Left out: on PostgreSQL, HQ processes divide them by themselves; embedded, there
	 * is only one.
	 */
	shards?: readonly string[];
	/** How often this process looks for pushes whose notification was lost; left out: every five seconds. */
	lookForNewsEveryMs?: number;
	credentials?: NonNullable<HqLineOptions["credentials"]>;
	/** Head office's keys, and what boxes that enrol are told. Left out: stores are enrolled by name only. */
	enrolment?: Omit<EnrolmentOptions, "db" | "alarm" | "keys"> & { keys: HqKeys };
	tls?: { cert: string; key: string };
	/** Names by which browsers and boxes reach head office, beside its addresses. */
	names?: readonly string[];
	/** Accounts and rights. Left out: whoever asks may do everything, as in tests. `socket`: where this machine's command line asks. */
	people?: { isDemo?: boolean; socket?: string; publicUrl?: string; oidc?: OidcSettings };
	/** What a person at HQ should know, in a sentence: that the database was restored, and what came back. */
	tell?: (sentence: string) => void;
	/** Faults that are HQ's own, for the log. */
	report?: (error: unknown) => void;
}

export interface Hq {
	url: string;
	port: number;
	db: Db;
	repositories: Repositories;
	line: HqLine | undefined;
	enrolment: Enrolment | undefined;
	/** For whoever reads the console: makes the first person. */
	claimCode: string | undefined;
	/** Shows another certificate from now on. */
	renewTls(fresh: { cert: string; key: string }): void;
	stop(): Promise<void>;
}

/** What a stranger typed, as a console and an alarm may show it. */
const printable = (typed: string): string => typed.replace(/[^\p{L}\p{N}._@ -]/gu, "").slice(0, 40);

async function openPeople(
	db: Db,
	{ isDemo = false, publicUrl, oidc: provider, url }: NonNullable<HqOptions["people"]> & { url: () => string },
	tell: (sentence: string) => void,
	consoles: WeakSet<Socket>,
) {
	const repository = accessInDatabase(db);
	const directory = openDirectory({ site: "hq", repository });
	const audit = openAudit(db, () => new Date().toISOString());
	const alarm = (name: string, address: string): void => {
		tell(`Ten wrong passwords for ${printable(name)}, or from ${address}: somebody guesses.`);
		void audit.note({ kind: "system", name: "sign-in", address }, "sign-in-alarm", printable(name), alarmOutcome).catch(() => {});
	};
	const claim = isDemo || (await directory.isClaimed()) ? undefined : openClaim();
	return {
		directory,
		audit,
		isDemo,
		signIn: openSignIn({ directory, alarm }),
		isConsole: (request: { raw: { socket: Socket } }) => consoles.has(request.raw.socket),
		passkeys: openPasskeys({ directory, repository }),
		...defined({ claim, publicUrl, oidc: provider && openOidc(provider, () => new URL(callbackPath, publicUrl ?? url()).href) }),
	};
}

const tendEveryMs = 60_000;

/**
 * Head office: database, line and HTTP. Resolves when HTTP answers; the broker may come later. Undoes what it started if a part
 * cannot start.
 */
export async function startHq(options: HqOptions): Promise<Hq> {
	// mqtt-packet keeps the bytes of each packet length for ever, and with them the pool they were cut from (broker/session/aedes-memory.ts).
	Buffer.poolSize = 2_048;
	const { tenant, port, host = "127.0.0.1", brokerUrl, report = (error) => console.error(error), tell = () => {} } = options;
	const db = await openDatabase(
		options.databaseUrl !== undefined
			? { url: options.databaseUrl }
			: options.dataDir !== undefined
				? { dataDir: options.dataDir }
				: { memory: true },
	);
	const undo: (() => Promise<unknown>)[] = [() => db.close()];
	const stop = async (): Promise<void> => {
		for (const step of undo.splice(0).reverse()) await step();
	};
	try {
		const keys = options.enrolment && followKeys(options.enrolment.keys, report);
		const trust = keys && hqTrust(keys);
		const repositories = openRepositories(db, tenant, undefined, options.currency, keys && (() => keys.now().line));
		const misused: EnrolmentOptions["alarm"] = (sentence, { store, address }) => {
			tell(sentence);
			const audit = openAudit(db, () => new Date().toISOString());
			audit.note({ kind: "system", name: "enrolment", address }, "enrolment-code-used", store, alarmOutcome).catch(report);
		};
		const enrolment = options.enrolment && (await openEnrolment({ ...options.enrolment, keys: keys!.now, db, alarm: misused }));
		if (brokerUrl !== undefined) await repositories.begin();
		const url = options.shards === undefined ? options.databaseUrl : undefined;
		const shards = url === undefined ? options.shards : [];
		const line =
			brokerUrl === undefined
				? undefined
				: await startHqLine({
						url: brokerUrl,
						tenant,
						store: reportingRestores(
							trust ? ownWordOnly({ link: repositories.link, db, tenant, list: () => trust.list(), tell }) : repositories.link,
							tell,
						),
						...(shards && { shards }),
						...(trust && { trust }),
						...(options.credentials && { credentials: options.credentials }),
					});
		if (line) undo.push(() => line.stop());
		const lineAway = line && (() => line.away());
		const unwatch = line ? watchLine(line, tell) : () => {};
		undo.push(async () => unwatch());
		const shared =
			line && url !== undefined
				? await joinCluster({ url, db, repositories, line, report, ...defined({ lookForNewsEveryMs: options.lookForNewsEveryMs }) })
				: undefined;
		if (shared) undo.push(() => shared.stop());
		const isConnected = (store: string): boolean => line?.isTalking(store) === true || shared?.isTalkingElsewhere(store) === true;
		const { tls } = options;
		const consoles = new WeakSet<Socket>();
		let listening = "";
		const people = options.people && (await openPeople(db, { ...options.people, url: () => listening }, tell, consoles));
		const { names } = options;
		let secure: TlsToo | undefined;
		const app = buildHttp({
			db,
			repositories,
			report,
			isConnected,
			secured: (port) => (secure = port),
			...defined({ names, enrolment, tls, people, lineAway }),
		});
		undo.push(() => app.close());
		const { socket } = options.people ?? {};
		await app.ready();
		const opened = socket === undefined ? undefined : await openConsole(socket, (asked, answer) => app.routing(asked, answer), consoles);
		if (opened) undo.push(() => opened.close());
		const at = await listen(app, host, port);
		listening = at.url;

		let tending: Promise<void> = Promise.resolve();
		const timer = setInterval(() => void (tending = db.tend().catch(report)), tendEveryMs);
		undo.push(async () => {
			clearInterval(timer);
			await tending;
		});
		return { ...at, db, repositories, line, enrolment, claimCode: people?.claim?.code, renewTls: (fresh) => secure?.renew(fresh), stop };
	} catch (error) {
		await stop();
		throw error;
	}
}
