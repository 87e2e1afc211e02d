import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { readSecretFile, refuseOpenFolder } from "../../access/secret-file.ts";
import { sameSecret } from "../../access/secrets.ts";
import { type LineAccount, type LineBroker, startLineBroker } from "../../broker/line-broker.ts";
import { isEverywhere } from "../../config/listeners.ts";
import { alarmInWords } from "../../daemon/alarm-words.ts";
import { version } from "../../daemon/version.ts";
import { isDatabaseAway } from "../../hq/database/database-away.ts";
import type { Enrolment, LineForBoxes } from "../../hq/enrolment/enrolment.ts";
import { type HqKeys, openKeys } from "../../hq/enrolment/key-folder.ts";
import { hqRights, hqUser, lineUser, storeRights } from "../../hq/enrolment/line-accounts.ts";
import { readOidcSettings } from "../../hq/people/oidc.ts";
import { type Hq, type HqOptions, startHq } from "../../hq/service.ts";
import { defined } from "../../words/defined.ts";
import { addressesOfThisMachine } from "../verb/addresses.ts";
import { hqPort, hqSocket } from "../verb/ask.ts";
import { say } from "../verb/verb.ts";
import { type CertificateFiles, readOwnCertificate, watchOwnCertificate } from "./own-certificate.ts";
import { furtherNames, trustedProxies } from "./reached-by.ts";
import { proveApart } from "./upkeep/prove-apart.ts";

export interface HeadOfficeOptions {
	/** Sentences for whoever looks after head office. Left out: standard output. */
	notify?: (sentence: string) => void;
	data?: string | undefined;
	database?: string | undefined;
	/** Another broker than the embedded one, and head office's account there. */
	broker?: string | undefined;
	brokerUser?: string | undefined;
	brokerPasswordFile?: string | undefined;
	brokerCaFile?: string | undefined;
	port?: number | undefined;
	host?: string | undefined;
	/** Where the embedded line broker listens. */
	linePort?: number | undefined;
	lineHost?: string | undefined;
	/** The broker's address for boxes, where it differs from the one that head office uses. */
	lineUrl?: string | undefined;
	publicUrl?: string | undefined;
	/** The certificate of head office's HTTPS and its key, PEM; both or neither. Default: one that head office's own authority made. */
	tlsCertFile?: string | undefined;
	tlsKeyFile?: string | undefined;
	/** Further names by which head office is reached, with commas between them. */
	names?: string | undefined;
	/** Addresses or networks of proxies before head office that end TLS, with commas between them. */
	trustedProxy?: string | undefined;
	/** Hosts, with commas between them. */
	webhooksTo?: string | undefined;
	/** A request from this machine is that of the user `demo`. */
	isDemo?: boolean | undefined;
	/** Boxes on this same machine get the plain address. */
	plainLine?: boolean | undefined;
	/** Default: `keys` beside the database. */
	keys?: string | undefined;
	/** The file with the settings of an identity provider. */
	oidc?: string | undefined;
	/** The file with the password of `database`. */
	databasePasswordFile?: string | undefined;
	/** How often a certificate of its own authority is renewed, and one by path looked at; default: each day, every ten seconds. */
	renewEveryMs?: number | undefined;
	/** The folder of nightly backups; "off": none are made. Default: `backups` beside the database, none in a demo. */
	backups?: string | undefined;
	/** HH:MM by this machine's clock. */
	backupAt?: string | undefined;
	/** How many nightly backups are kept. */
	backupKeep?: number | undefined;
	/** The folder of what policies of retention let go; "off": nothing leaves. Default: `exports` beside the database. */
	exports?: string | undefined;
	tenant?: string | undefined;
	/** The currency in which stores charge; guard rails hold prices in another one. */
	currency?: string | undefined;
}

export interface HeadOffice {
	url: string;
	line: string;
	claimCode: string | undefined;
	stop(): Promise<void>;
}

const localhost = "127.0.0.1";
const defaultData = "gondola-hq";
const dayMs = 24 * 3_600_000;

/** Starts head office with everything that it needs: database and broker are embedded unless they are named. */
export async function startHeadOffice(options: HeadOfficeOptions): Promise<HeadOffice> {
	const { tenant = "main", data = defaultData, host = localhost, lineHost = localhost } = options;
	const oidc = options.oidc === undefined ? undefined : readOidcSettings(options.oidc);
	const keys = await openKeys(options.keys ?? join(data, "keys"), tenant);
	const names = namesOf([host, lineHost, hostOf(options.publicUrl), hostOf(options.lineUrl), ...furtherNames(options.names)]);
	const tls = await keys.serverCertificate(names);
	const files = certificateFiles(options);
	let own = files && readOwnCertificate(files, hostOf(options.publicUrl));
	// Stores that connect before the database is open are refused, and try again.
	let hq: Hq | undefined;
	const ownBroker = (): Promise<LineBroker> =>
		startLineBroker({
			host: lineHost,
			port: options.linePort ?? 1884,
			tls,
			admit: (username, password) => admit(tenant, keys.linePassword, () => hq?.enrolment, username, password),
			refused: (name, why) => process.stderr.write(`gondola: the line refused ${name}: ${why}\n`),
		});
	const broker = options.broker === undefined ? await ownBroker() : undefined;
	try {
		const line = lineOf(options, keys, broker);
		hq = await startHq({
			...(options.database !== undefined ? { databaseUrl: databaseUrl(options) } : { dataDir: join(data, "database") }),
			port: options.port ?? hqPort,
			host,
			names,
			trustedProxies: trustedProxies(options.trustedProxy),
			version,
			alarmSentences: alarmInWords,
			directory: data,
			...defined({ webhooksTo: options.webhooksTo?.split(",").map((host) => host.trim()) }),
			brokerUrl: line.own.url,
			credentials: line.own.credentials,
			tenant,
			tls: own ?? tls,
			...defined({ currency: options.currency, backups: nightlyOf(options, data) }),
			retention: { folder: options.exports === "off" ? undefined : (options.exports ?? join(data, "exports")) },
			people: { isDemo: options.isDemo === true, socket: hqSocket(data), ...defined({ publicUrl: options.publicUrl, oidc }) },
			enrolment: {
				keys,
				httpsIssuer: () => own?.issuerSha256,
				publicUrls:
					options.publicUrl === undefined ? publicUrlsOf(host, () => hq?.port ?? options.port ?? hqPort) : () => [options.publicUrl!],
				line: () => line.boxes,
				changed: (store) => broker?.drop(lineUser(tenant, store)),
			},
			notify: options.notify ?? say,
		});
		const started = hq;
		const stopRenewing = keepRenewed(
			() => keys.serverCertificate(names),
			(fresh) => {
				broker?.renew(fresh);
				if (!own) started.renewTls(fresh);
			},
			options.renewEveryMs ?? dayMs,
		);
		const renewOwn = (certificate: NonNullable<typeof own>): void => {
			own = certificate;
			started.renewTls(certificate);
		};
		const stopWatching = files && watchOwnCertificate(files, hostOf(options.publicUrl), renewOwn, options.renewEveryMs);
		return {
			url: started.url,
			line: line.boxes.url,
			claimCode: started.claimCode,
			async stop() {
				stopRenewing();
				stopWatching?.();
				await started.stop();
				await broker?.stop();
			},
		};
	} catch (error) {
		await broker?.stop();
		throw error;
	}
}

function nightlyOf({ backups, backupAt = "03:00", backupKeep = 14, isDemo }: HeadOfficeOptions, data: string): HqOptions["backups"] {
	if (isDemo || backups === "off") return undefined;
	if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(backupAt)) throw new Error(`--backup-at ${backupAt} is no time of a day, such as 03:00.`);
	if (!Number.isInteger(backupKeep) || backupKeep < 1) throw new Error("--backup-keep is how many nightly backups are kept: 1 or more.");
	return { folder: backups ?? join(data, "backups"), at: backupAt, keep: backupKeep, prove: proveApart };
}

/** Asks for the certificate again and again, which makes a fresh one long before it ends. Returns how to stop. */
function keepRenewed<Certificate>(ask: () => Promise<Certificate>, use: (fresh: Certificate) => void, everyMs: number): () => void {
	const timer = setInterval(() => {
		ask().then(use, (error: Error) => process.stderr.write(`gondola: the certificate could not be renewed: ${error.message}\n`));
	}, everyMs);
	timer.unref();
	return () => clearInterval(timer);
}

function certificateFiles({ tlsCertFile, tlsKeyFile }: HeadOfficeOptions): CertificateFiles | undefined {
	if (tlsCertFile === undefined && tlsKeyFile === undefined) return undefined;
	if (tlsCertFile === undefined || tlsKeyFile === undefined) throw new Error("--tls-cert and --tls-key belong together; one is missing.");
	return { certFile: tlsCertFile, keyFile: tlsKeyFile };
}

async function admit(
	tenant: string,
	ownPassword: string,
	enrolment: () => Enrolment | undefined,
	username: string,
	password: string,
): Promise<LineAccount | undefined> {
	if (username === hqUser(tenant)) return sameSecret(password, ownPassword) ? hqRights(tenant) : undefined;
	const opened = enrolment();
	if (!opened) throw new Error("head office is starting");
	const store = username.startsWith(`${tenant}.`) ? username.slice(tenant.length + 1) : "";
	return (await opened.isPassword(store, password)) ? storeRights(tenant, store) : undefined;
}

/**
 * The database's address, with the password from a file. A password on the command line is accepted with a warning: every list of processes
 * shows it.
 */
export function databaseUrl({ database, databasePasswordFile }: Pick<HeadOfficeOptions, "database" | "databasePasswordFile">): string {
	const url = new URL(database!);
	if (databasePasswordFile !== undefined) url.password = encodeURIComponent(readSecretFile(databasePasswordFile).trim());
	else if (url.password !== "")
		process.stderr.write("gondola: every user of this machine can read the password in --database; use --database-password-file.\n");
	return url.href;
}

interface Line {
	/** How head office itself connects to the broker. */
	own: { url: string; credentials: { username?: string; password?: string; ca?: string } };
	boxes: LineForBoxes;
}

function lineOf(options: HeadOfficeOptions, keys: HqKeys, broker: LineBroker | undefined): Line {
	const { tenant } = keys;
	if (!broker) {
		const url = new URL(options.broker!);
		const username = options.brokerUser ?? (decodeURIComponent(url.username) || undefined);
		const password = options.brokerPasswordFile === undefined ? undefined : readSecretFile(options.brokerPasswordFile).trim();
		const ca = options.brokerCaFile === undefined ? undefined : readFileSync(options.brokerCaFile, "utf8");
		if (url.password !== "")
			throw new Error("--broker must not carry a password, which every user of this machine can read; use --broker-password-file.");
		if (password !== undefined && /^(mqtt|ws):$/.test(url.protocol) && !isNear(url.hostname))
			throw new Error(
				`--broker ${url.protocol}// shows head office's password to everybody on the way; use ${url.protocol.replace(":", "s:")}//.`,
			);
		url.username = "";
		const bare = url.href.replace(/\/$/, "");
		return {
			own: { url: bare, credentials: defined({ username, password, ca }) },
			boxes: { url: options.lineUrl ?? bare, ...defined({ ca }) },
		};
	}
	const { lineHost = localhost } = options;
	if (options.plainLine) {
		const url = `mqtt://${localhost}:${broker.port}`;
		return { own: { url, credentials: { username: hqUser(tenant), password: keys.linePassword } }, boxes: { url } };
	}
	const near = isEverywhere(lineHost) || isNear(lineHost);
	const credentials = { username: hqUser(tenant), password: keys.linePassword };
	const far = hostOf(options.publicUrl) ?? (isEverywhere(lineHost) ? (addressesOfThisMachine()[0] ?? localhost) : lineHost);
	return {
		own: near
			? { url: `mqtt://${localhost}:${broker.port}`, credentials }
			: { url: broker.url, credentials: { ...credentials, ca: keys.authority.certificate } },
		boxes: {
			url: options.lineUrl ?? `mqtts://${bracketed(isNear(lineHost) ? localhost : far)}:${broker.port}`,
			ca: keys.authority.certificate,
		},
	};
}

const isNear = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.");
const bracketed = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);

function hostOf(url: string | undefined): string | undefined {
	return url === undefined ? undefined : new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
}

/** The names and addresses in the certificate of this process. */
function namesOf(given: readonly (string | undefined)[]): string[] {
	const all = [hostname(), "localhost", localhost, "::1", ...addressesOfThisMachine(), ...given];
	return [...new Set(all.filter((name): name is string => name !== undefined && !isEverywhere(name) && /^[\w.:-]{1,253}$/.test(name)))];
}

/** Called when a code is made, because with port 0 the port is known only then. */
function publicUrlsOf(host: string, port: () => number): () => string[] {
	return () => {
		const hosts = isEverywhere(host) ? [...addressesOfThisMachine().slice(0, 3), hostname()] : [host];
		return hosts.map((each) => `https://${bracketed(each)}:${port()}`);
	};
}

/** Why head office did not start, as a sentence that names the option to change. */
export function startSentence(error: NodeJS.ErrnoException & { port?: number; address?: string }, linePort: number): string {
	const isLine = error.port === linePort;
	const [host, port] = isLine ? ["--line-host", "--line-port"] : ["--host", "--port"];
	switch (error.syscall === "listen" ? error.code : undefined) {
		case "EADDRINUSE":
			return (
				`another program listens on ${error.address}:${error.port}. ` +
				`Stop it (ss -ltnp "sport = :${error.port}" names it), or give ${port} another one.`
			);
		case "EADDRNOTAVAIL":
			return `${error.address} is no address of this machine (ip address lists them). Correct ${host}.`;
		case "EACCES":
			return `the system lets only root listen on ${error.port}. Give ${port} one from 1024 up.`;
	}
	if (error.syscall === "mkdir") return `--data: nothing can be kept in ${error.path} (${error.code}). Name another directory.`;
	return isDatabaseAway(error) ? `the database of --database cannot be reached: ${error.message || error.code}.` : error.message;
}

export async function runHq(
	options: Omit<HeadOfficeOptions, "port" | "linePort"> & { port?: string | undefined; linePort?: string | undefined },
): Promise<number> {
	// Files that head office writes must not be readable by other users.
	process.umask(0o077);
	// Prices, orders and hashes of passwords stand in it; its own files rely on the folder's mode.
	if (options.database === undefined) refuseOpenFolder(join(options.data ?? defaultData, "database"));
	const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
	const ports = { port: number(options.port) ?? hqPort, linePort: number(options.linePort) ?? 1884 };
	const office = await startHeadOffice({ ...options, ...ports }).catch(
		(error: NodeJS.ErrnoException & { port?: number; address?: string }) => {
			throw new Error(startSentence(error, ports.linePort));
		},
	);
	say(`head office ${office.url}   stores connect through ${office.line}`);
	if (office.claimCode !== undefined)
		say(`claim code: ${office.claimCode}\nOpen the page within 30 minutes and enter it: it makes the first person, who makes the others.`);
	await new Promise<void>((resolve) => {
		for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
	});
	await office.stop();
	return 0;
}
