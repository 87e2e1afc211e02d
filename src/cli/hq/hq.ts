import { defined } from "../../words/defined.ts";
import { usageFor } from "../verb/usage.ts";
import { didYouMean, fail, read, type Values, type Verb } from "../verb/verb.ts";
import { type AskOffice, officeOf } from "./office.ts";
import * as stores from "./stores/stores.ts";

const wholeUsage = `gondola hq run [--data DIR] [--database postgres://…] [--broker mqtt(s)://…] [--port N] [--host H]
            without options everything is embedded: the database in --data, and a broker for the stores on --line-port (1884)
            --keys DIR          head office's keys (default DATA/keys); keep a copy, it is in no backup
            --tls-cert FILE --tls-key FILE   the certificate of its HTTPS, read again when it changes (default: one of its own)
            --names A,B         further names by which browsers reach head office
            --webhooks-to A,B   hosts that webhooks may call though they are on this machine or its cable, such as 127.0.0.1
            --trusted-proxy A,B addresses of proxies that end TLS before it: what they say of a request's sender and its TLS is believed
            --public-url URL    where boxes reach head office: what enrolment codes carry
            --line-host H       where the stores' broker listens (default 127.0.0.1)   --line-port N
            --line-url URL      where boxes reach the broker, if it is not what head office sees
            --currency EUR      what the stores charge in; a price in another one is held
            --tenant NAME       of whom the stores are (default main); also said to keys and approvers
            --backups DIR|off --backup-at 03:00 --backup-keep 14   a backup each night, proved by a restore aside (default DATA/backups)
            --exports DIR|off   where what leaves by a policy is exported to (default DATA/exports)
            --oidc FILE         an identity provider by which people sign in (docs: src/hq/people/OIDC.md)
            --database-password-file FILE   the password of --database, which must not stand on a command line
            --broker-user NAME --broker-password-file FILE --broker-ca FILE   with --broker
gondola hq enroll STORE [--again]     prints one line, "code: …", for "gondola enroll CODE" on the box; good for 24 h, once
                                      --again: another box takes the store's place, the old one is fenced when it does
gondola hq catch-up STORE             sends it the prices for all stores that it was never sent; a new store gets them by itself
gondola hq unenroll STORE             ends the store's enrolment: its box's key and password count no more
gondola hq user add NAME --role R [--password-file FILE] | list | remove NAME | rights      --data DIR, whether head office runs or not
gondola hq token add NAME --role R [--expires 30d] | list | revoke NAME      prints the token once
gondola hq audit
gondola hq keys init|show|rotate|export FILE [--keys DIR] [--tenant NAME]
                                      export: writes the second root, to be kept on paper, and takes it out
gondola hq keys replace first|second FILE [--keys DIR] [--tenant NAME]
                                      one root was lost or stolen. first: FILE is the exported second root;
                                      second: the new one is written to FILE. Stores follow by the line
gondola hq approvers [list] | add NAME | remove NAME | demand on|off [--keys DIR] [--tenant NAME]
                                      whose passkeys release what guard rails hold, signed by the first root;
                                      demand on: stores take no release and no wider rails without one
gondola hq broker-access mosquitto|rabbitmq|nats [--out DIR]   users and access lists of all enrolled stores
gondola hq stores
gondola hq doctor                     what is wrong with head office, and what to do; exit 1 where something is
gondola hq backup FILE [--prove] | prove FILE      a consistent copy while it runs; prove: restores it aside and compares every table
gondola hq retention [show] | set KIND DAYS|keep | run [--dry-run] | exports [KIND] | verify FOLDER
                                      how long what is kept; older rows are exported, checked, and only then removed. As it comes,
                                      everything is kept. verify: each export in FOLDER is whole and follows the one before
gondola hq restore FILE               into an empty --data DIR or --database postgres://…; keys are not in a backup
gondola hq push FILE.csv [--stores A,B|all | --group G] [--at TIME] [--mapping NAME_OR_FILE] [--id ID]
            --rise-waits-at-most 10m   how long tills wait for the labels before they charge a higher price; 0: not at all
            --dry-run           only shows what would be refused, changed and objected to
            --waves pilot,10%,all   groups of stores, or a share of the stores, one after the other; each only if the one before stays
                                within --wave-shown 95 (least % shown), --wave-failed 0 (labels), --wave-alarms 0 (red ones since it began)
                                for --wave-wait 30 (minutes); else the push halts and says why
            --all-or-nothing    takes no row when one is refused
            exit 0: every row was taken; 3: some were refused or held
            --at                a time with its zone, or one of each store's own: 2026-12-01, 2026-12-01T06:00, 06:00
gondola hq mappings [list] | show NAME | save NAME FILE | remove NAME   what the columns of a supplier's price list mean; --mapping NAME
gondola hq matrix [PUSH]              how far pushes are, store by store
gondola hq pushes [list] | show PUSH [--file OUT]      who pushed what: changes, refused rows, and the file as it came
gondola hq restorations [release]     what stores gave back after the database was restored; release: it was, take it back
gondola hq withdraw PUSH [--sku A,B]  takes a push back, before or after its time; what was in force before comes back
gondola hq end PUSH [--sku A,B] [--at TIME]   ends its promotions and clearances early
gondola hq release PUSH               lets go on what guard rails hold; never by the one who pushed it
gondola hq hold PUSH | resume PUSH    stops what has not begun, and further waves; lets it go on, also after it halted by itself
gondola hq rails [show|set NAME=VALUE …|approve N] [--store S]   guard rails; another person has to approve what one sets
            currencies=EUR,USD minAmountMinor=1 maxAmountMinor= maxRisePercent=100 maxCutPercent=70 clearance=90
            maxSharePerHourPercent=20 quietHours=22:00-06:00   (nothing after = switches a rail off)
gondola hq groups [list] | show STORE | set|add|remove STORE GROUP,…   regions, formats, pilots; a push may be for a group
gondola hq articles [WORD]            articles by name, SKU or barcode
gondola hq article SKU [rename NAME | unit kg|piece | drop-gtin GTIN | delete]
            unit: each store that has stock of it asks for a count; delete: its prices end and its barcodes are free
gondola hq orders [list] [--store S] [--state STATE|open] | show ORDER | cancel ORDER [WHY]
            place ORDER --store S [--kind pickup|ship|delivery|reserve] SKU=N … (SKU=0.5kg)   for the store to pick
gondola hq recalls [list] | add ID GTIN REASON [--lot LOT] | lift ID      every store sells no more of it
gondola hq coupons [list] | show ID | add ID CODE --amount MINOR --until TIME --total N [--what amount|articles|article-for] [--sku A,B]
            [--from TIME] [--tier T]   every store is lent a share; list shows how much can have been redeemed at most
            end ID   before its time: a store refuses it from the moment it hears
gondola hq returns [list] [--store S] | show ID | take ID LINE [--quantity N] [--condition C] [--store S]   goods that came back
            LINE: STORE/TILL/SALE/NUMBER or order/ORDER/SKU; --store: sellable goods go on hand there
gondola hq transfers [list] [--store S] [--state STATE] | show ID | plan ID FROM TO SKU=N … (SKU=0.5kg) | cancel ID   goods between stores
gondola hq members code NAME --tier T | code --enrolment ID   [--seconds N] [--store S]   what the member's app would show at a till;
            counts once, for 120 s at most, with --store in that store only
            enrolled | erase PSEUDONYM [--id ID] | erasure ID   members whom stores enrolled; a member is forgotten in every store
            points PSEUDONYM | rule [ID --amount MINOR --worth MINOR --currency EUR [--from TIME]]
            rule: --amount that is paid earns a point, and a point pays --worth
            keys [list] | keys new | keys use KEY | keys end KEY [--replace]   keys of these codes: new, wait until stores have it, use, end

  --hq URL     HQ's address (default: $GONDOLA_HQ_URL, a running demo, or http://127.0.0.1:8090)
  --json       the answer as JSON
  --token-file FILE   holds the token that is shown to head office, mode 0600; "-" reads it from standard input
  $GONDOLA_HQ_TOKEN (or $GONDOLA_TOKEN) is shown to head office.
               On its own machine, with --data DIR (default gondola-hq), no token is needed.`;

const options = {
	json: { type: "boolean" },
	hq: { type: "string" },
	stores: { type: "string" },
	store: { type: "string" },
	group: { type: "string" },
	state: { type: "string" },
	kind: { type: "string" },
	lot: { type: "string" },
	tier: { type: "string" },
	quantity: { type: "string" },
	condition: { type: "string" },
	seconds: { type: "string" },
	enrolment: { type: "string" },
	replace: { type: "boolean" },
	worth: { type: "string" },
	what: { type: "string" },
	amount: { type: "string" },
	from: { type: "string" },
	until: { type: "string" },
	total: { type: "string" },
	sku: { type: "string" },
	currency: { type: "string" },
	at: { type: "string" },
	mapping: { type: "string" },
	file: { type: "string" },
	id: { type: "string" },
	"rise-waits-at-most": { type: "string" },
	waves: { type: "string" },
	"wave-wait": { type: "string" },
	"wave-shown": { type: "string" },
	"wave-failed": { type: "string" },
	"wave-alarms": { type: "string" },
	backups: { type: "string" },
	"backup-at": { type: "string" },
	"backup-keep": { type: "string" },
	exports: { type: "string" },
	"dry-run": { type: "boolean" },
	"all-or-nothing": { type: "boolean" },
	data: { type: "string" },
	database: { type: "string" },
	broker: { type: "string" },
	port: { type: "string" },
	host: { type: "string" },
	"line-port": { type: "string" },
	"line-host": { type: "string" },
	"line-url": { type: "string" },
	"public-url": { type: "string" },
	names: { type: "string" },
	"trusted-proxy": { type: "string" },
	"webhooks-to": { type: "string" },
	"tls-cert": { type: "string" },
	"tls-key": { type: "string" },
	"broker-user": { type: "string" },
	"broker-password-file": { type: "string" },
	"broker-ca": { type: "string" },
	tenant: { type: "string" },
	keys: { type: "string" },
	role: { type: "string" },
	expires: { type: "string" },
	"password-file": { type: "string" },
	out: { type: "string" },
	again: { type: "boolean" },
	prove: { type: "boolean" },
	oidc: { type: "string" },
	"database-password-file": { type: "string" },
	"token-file": { type: "string" },
	token: { type: "string" },
} as const;

/** The arguments of one verb after `hq`. */
interface Asked {
	/** The part for this verb. */
	usage: string;
	/** The verb itself, such as `push`. */
	verb: string;
	/** The words after it. */
	words: string[];
	values: Values<typeof options>;
	ask: AskOffice;
}

/** Verbs that need one more word, such as the name of a store; without it they are used wrongly. */
const onOne: Readonly<Record<string, (word: string, asked: Asked) => Promise<number>>> = {
	enroll: (store, { ask, values }) => stores.enrollStore(ask, store, values),
	unenroll: (store, { ask }) => stores.unenrollStore(ask, store),
	"catch-up": (store, { ask, values }) => stores.catchUpStore(ask, store, values.json === true),
	"broker-access": async (kind, { ask, values }) => {
		const { brokerAccess } = await import("./keys.ts");
		return brokerAccess(ask, kind, values.out ?? "gondola-broker-access");
	},
	push: async (file, { ask, values }) => {
		const { pushFile } = await import("./push.ts");
		return pushFile(ask, file, {
			...values,
			inWaves: {
				waves: values.waves,
				waveWaitMinutes: values["wave-wait"],
				waveShownPercent: values["wave-shown"],
				waveFailedLabels: values["wave-failed"],
				waveRedAlarms: values["wave-alarms"],
			},
			...defined({ riseWaitsAtMost: values["rise-waits-at-most"] }),
			dryRun: values["dry-run"] === true,
			allOrNothing: values["all-or-nothing"] === true,
		});
	},
	backup: async (file, asked) => {
		const { makeBackup } = await import("./upkeep/backup.ts");
		return makeBackup(file, await backupOptions(asked));
	},
	prove: async (file, { values }) => {
		const { proveFile } = await import("./upkeep/backup.ts");
		return proveFile(file, values.json === true);
	},
	restore: async (file, asked) => {
		const { restoreBackup } = await import("./upkeep/backup.ts");
		return restoreBackup(file, await backupOptions(asked));
	},
	withdraw: movePush,
	end: movePush,
	release: movePush,
	hold: movePush,
	resume: movePush,
};

async function backupOptions({ values }: Asked) {
	const { databaseUrl } = await import("./run.ts");
	const { database } = values;
	return {
		data: values.data ?? "gondola-hq",
		databaseUrl: database === undefined ? undefined : databaseUrl({ database, databasePasswordFile: values["database-password-file"] }),
		prove: values.prove === true,
		json: values.json === true,
	};
}

async function movePush(push: string, { ask, verb, values }: Asked): Promise<number> {
	const life = await import("./push-life.ts");
	return life.movePush(ask, verb as "withdraw" | "end" | "release" | "hold" | "resume", push, values);
}

/** The other verbs. */
const others: Readonly<Record<string, (asked: Asked) => Promise<number>>> = {
	run: runHeadOffice,
	user: people,
	token: people,
	doctor: async ({ ask, values }) => {
		const { hqDoctor } = await import("./upkeep/doctor.ts");
		return hqDoctor(ask, values.json === true);
	},
	audit: ({ ask, values }) => stores.showAudit(ask, values.json === true),
	stores: ({ ask, values }) => stores.showStores(ask, values.json === true),
	restorations: async ({ ask, values, words: [act], usage }) => {
		if (act !== undefined && act !== "release") return fail(2, usage);
		return act === "release" ? stores.releaseRestorations(ask) : stores.showRestorations(ask, values.json === true);
	},
	keys: async ({ words, values, usage }) => {
		const { hqKeys } = await import("./keys.ts");
		return hqKeys(words, values, usage);
	},
	approvers: async ({ ask, words, values, usage }) => {
		const { hqApprovers } = await import("./upkeep/approvers.ts");
		return hqApprovers(ask, words, values, usage);
	},
	matrix: async ({ ask, words: [push], values }) => {
		const { showMatrix } = await import("./push-life.ts");
		return showMatrix(ask, push, values.json === true);
	},
	pushes: async ({ ask, words, values, usage }) => {
		const { keptPushes } = await import("./kept-pushes.ts");
		return keptPushes(ask, words, values, usage);
	},
	mappings: async ({ ask, words, values, usage }) => {
		const { hqMappings } = await import("./prices/mappings.ts");
		return hqMappings(ask, words, values.json === true, usage);
	},
	groups: async ({ ask, words, values, usage }) => {
		const { hqGroups } = await import("./stores/groups.ts");
		return hqGroups(ask, words, values.json === true, usage);
	},
	articles: async ({ ask, words: [query], values }) => {
		const { listArticles } = await import("./articles.ts");
		return listArticles(ask, query, values.json === true);
	},
	article: async ({ ask, words, values, usage }) => {
		const { hqArticle } = await import("./articles.ts");
		return hqArticle(ask, words, values.json === true, usage);
	},
	orders: async ({ ask, words, values, usage }) => {
		const { hqOrders } = await import("./orders.ts");
		return hqOrders(ask, words, values, usage);
	},
	recalls: async ({ ask, words, values, usage }) => {
		const { hqRecalls } = await import("./recalls.ts");
		return hqRecalls(ask, words, values, usage);
	},
	coupons: async ({ ask, words, values, usage }) => {
		const { hqCoupons } = await import("./tills/coupons.ts");
		return hqCoupons(ask, words, values, usage);
	},
	returns: async ({ ask, words, values, usage }) => {
		const { hqReturns } = await import("./tills/returns.ts");
		return hqReturns(ask, words, values, usage);
	},
	transfers: async ({ ask, words, values, usage }) => {
		const { hqTransfers } = await import("./stores/transfers.ts");
		return hqTransfers(ask, words, values, usage);
	},
	members: async ({ ask, words, values, usage }) => {
		const { hqMembers } = await import("./tills/members.ts");
		return hqMembers(ask, words, values, usage);
	},
	retention: async ({ ask, words, values, usage }) => {
		const { hqRetention } = await import("./upkeep/retention.ts");
		return hqRetention(ask, words, { json: values.json === true, dryRun: values["dry-run"] === true }, usage);
	},
	rails: async ({ ask, words, values, usage }) => {
		const { guardRails } = await import("./push-life.ts");
		return guardRails(ask, words, values, usage);
	},
};

/** How many words some of them take at most; the others look themselves. */
const mostWords: Readonly<Record<string, number>> = { run: 0, doctor: 0, audit: 0, stores: 0, restorations: 1, matrix: 1, articles: 1 };

async function people({ verb, words, values, usage }: Asked): Promise<number> {
	const { hqPeople } = await import("./people.ts");
	return hqPeople(verb as "user" | "token", words, values, usage);
}

async function runHeadOffice({ values }: Asked): Promise<number> {
	const { runHq } = await import("./run.ts");
	return runHq({
		data: values.data,
		database: values.database,
		broker: values.broker,
		port: values.port,
		host: values.host,
		linePort: values["line-port"],
		lineHost: values["line-host"],
		lineUrl: values["line-url"],
		publicUrl: values["public-url"],
		names: values.names,
		trustedProxy: values["trusted-proxy"],
		webhooksTo: values["webhooks-to"],
		tlsCertFile: values["tls-cert"],
		tlsKeyFile: values["tls-key"],
		brokerUser: values["broker-user"],
		brokerPasswordFile: values["broker-password-file"],
		brokerCaFile: values["broker-ca"],
		keys: values.keys,
		oidc: values.oidc,
		databasePasswordFile: values["database-password-file"],
		tenant: values.tenant,
		currency: values.currency,
		backups: values.backups,
		exports: values.exports,
		backupAt: values["backup-at"],
		backupKeep: values["backup-keep"] === undefined ? undefined : Number(values["backup-keep"]),
	});
}

export const hq: Verb = {
	summary: "head office: run it, enroll stores, push prices, see how far they are",
	usage: wholeUsage,
	async run(args) {
		const given = read(args, wholeUsage, options);
		if (typeof given === "number") return given;
		const {
			values,
			words: [verb = "", ...words],
		} = given;
		const usage = usageFor(wholeUsage, [verb]);
		const asked: Asked = { verb, words, values, usage, ask: officeOf(values) };
		const most = mostWords[verb] ?? (Object.hasOwn(onOne, verb) ? 1 : Number.POSITIVE_INFINITY);
		if (words.length > most) return fail(2, `"${words[most]}" is one word too many.\n${usage}`);
		if (Object.hasOwn(others, verb)) return others[verb]!(asked);
		const [word] = words;
		const known = [...Object.keys(others), ...Object.keys(onOne)];
		if (verb !== "" && !known.includes(verb))
			return fail(2, `there is no verb "hq ${verb}"${didYouMean(verb, known)} Try: gondola hq --help`);
		if (!Object.hasOwn(onOne, verb) || word === undefined) return fail(2, usage);
		return onOne[verb]!(word, asked);
	},
};
