import { existsSync } from "node:fs";
import { type Ask, ask, hqSocket, hqUrl } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { askConsole } from "./console.ts";

const usage = `gondola hq run [--data DIR] [--database postgres://…] [--broker mqtt(s)://…] [--port N] [--host H]
            without options everything is embedded: the database in --data, and a broker for the stores on --line-port (1884)
            --keys DIR          head office's keys (default DATA/keys); keep a copy, it is in no backup
            --public-url URL    where boxes reach head office: what enrolment codes carry
            --line-host H       where the stores' broker listens (default 127.0.0.1)   --line-port N
            --line-url URL      where boxes reach the broker, if it is not what head office sees
            --currency EUR      what the stores charge in; a price in another one is held
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
gondola hq keys init|show|rotate|export FILE [--keys DIR]     export: writes the second root, to be kept on paper, and takes it out
gondola hq broker-access mosquitto|rabbitmq|nats [--out DIR]   users and access lists of all enrolled stores
gondola hq stores
gondola hq push FILE.csv [--stores A,B|all] [--at TIME] [--mapping NAME_OR_FILE] [--id ID]
            --dry-run           only shows what would be refused, changed and objected to
            --all-or-nothing    takes no row when one is refused
            exit 0: every row was taken; 3: some were refused or held
            --at                a time with its zone, or one of each store's own: 2026-12-01, 2026-12-01T06:00, 06:00
gondola hq matrix [PUSH]              how far pushes are, store by store
gondola hq restorations [release]     what stores told back after the database was restored; release: it was, take it back
gondola hq withdraw PUSH [--sku A,B]  takes a push back, before or after its time; what was in force before comes back
gondola hq end PUSH [--sku A,B] [--at TIME]   ends its promotions and clearances early
gondola hq release PUSH               lets go on what guard rails hold; never by the one who pushed it
gondola hq hold PUSH | resume PUSH    stops what has not begun; lets it go on
gondola hq rails [show|set NAME=VALUE …|approve N] [--store S]   guard rails; another person has to approve what one sets
            currencies=EUR,USD minAmountMinor=1 maxAmountMinor= maxRisePercent=100 maxCutPercent=70 clearance=90
            maxSharePerHourPercent=20 quietHours=22:00-06:00   (nothing after = switches a rail off)

  --hq URL     HQ's address (default: $GONDOLA_HQ_URL, a running demo, or http://127.0.0.1:8090)
  --json       the answer as JSON
  --token-file FILE   holds the token that is shown to head office, mode 0600; "-" reads it from standard input
  $GONDOLA_HQ_TOKEN (or $GONDOLA_TOKEN) is shown to head office.
               On its own machine, with --data DIR (default gondola-hq), no token is needed.`;

interface AuditRow {
	at: string;
	kind: string;
	name: string;
	what: string;
	outcome: string;
	subject: string | null;
}

export type AskOffice = <T>(path: string, asked?: Ask) => Promise<T>;

/** Over HTTP where an address or a token is given; else over the socket of a head office on this machine, if it runs there. */
function officeOf(values: { hq?: string; data?: string; token?: string }): { ask: AskOffice } {
	const token = values.token ?? process.env["GONDOLA_HQ_TOKEN"] ?? process.env["GONDOLA_TOKEN"];
	const socket = hqSocket(values.data ?? "gondola-hq");
	const isNear =
		values.data !== undefined || (values.hq === undefined && process.env["GONDOLA_HQ_URL"] === undefined && existsSync(socket));
	if (token === undefined && isNear) return { ask: (path, asked) => askConsole(socket, path, asked) };
	const base = hqUrl(values.hq);
	return { ask: (path, asked) => ask(base, path, { ...asked, token }) };
}

interface EnrolAnswer {
	id: string;
	/** A box has the store's key, and no other was wanted. */
	enrolled?: boolean;
	code?: string;
}

const options = {
	json: { type: "boolean" },
	hq: { type: "string" },
	stores: { type: "string" },
	store: { type: "string" },
	sku: { type: "string" },
	currency: { type: "string" },
	at: { type: "string" },
	mapping: { type: "string" },
	id: { type: "string" },
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
	oidc: { type: "string" },
	"database-password-file": { type: "string" },
	"token-file": { type: "string" },
	token: { type: "string" },
} as const;

export const hq: Verb = {
	summary: "head office: run it, enroll stores, push prices, see how far they are",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const {
			values,
			words: [verb, word, third],
		} = given;
		const { ask } = officeOf(values);
		switch (verb) {
			case "run": {
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
					brokerUser: values["broker-user"],
					brokerPasswordFile: values["broker-password-file"],
					brokerCaFile: values["broker-ca"],
					keys: values.keys,
					oidc: values.oidc,
					databasePasswordFile: values["database-password-file"],
					tenant: values.tenant,
					currency: values.currency,
				});
			}
			case "enroll": {
				if (word === undefined) return fail(2, usage);
				const body = { id: word, ...(values.again && { replace: true }) };
				const answer = await ask<EnrolAnswer>("/api/v1/stores", { method: "POST", body });
				if (values.json) return json(answer);
				if (answer.enrolled === true)
					return fail(1, `a box of store ${answer.id} is enrolled; for another one in its place: gondola hq enroll ${answer.id} --again`);
				if (answer.code === undefined) return fail(1, `this head office makes no codes; it runs without keys`);
				say(`code: ${answer.code}`);
				// Beside the code, which programs read, what a person does with it.
				process.stderr.write(`On the box of store ${answer.id}, within 24 hours:  gondola enroll ${answer.code}\n`);
				return 0;
			}
			case "user":
			case "token": {
				const { hqPeople } = await import("./people.ts");
				return hqPeople(verb, [word, third], values, usage);
			}
			case "audit": {
				const items = await listAll<AuditRow>(ask, "/api/v1/audit");
				if (values.json) return json({ items });
				say(
					table(
						["at", "who", "what", "outcome", "subject"],
						items.map((it) => [it.at, `${it.kind}:${it.name}`, it.what, it.outcome, it.subject ?? ""]),
					),
				);
				return 0;
			}
			case "unenroll": {
				if (word === undefined) return fail(2, usage);
				await ask(`/api/v1/stores/${encodeURIComponent(word)}/enrolment`, { method: "DELETE" });
				say(`store ${word} is no longer enrolled; its box is let in no more`);
				return 0;
			}
			case "keys": {
				const { hqKeys } = await import("./keys.ts");
				return hqKeys(word, third, values, usage);
			}
			case "broker-access": {
				if (word === undefined) return fail(2, usage);
				const { brokerAccess } = await import("./keys.ts");
				return brokerAccess(ask, word, values.out ?? "gondola-broker-access");
			}
			case "restorations": {
				if (word === "release") {
					await ask("/api/v1/restorations/release", { method: "POST" });
					say("released: what head office had sealed is taken back as stores greet");
					return 0;
				}
				const { items } = await ask<{ items: { at: string; store: string; stream: string; records: number }[] }>("/api/v1/restorations");
				if (values.json) return json({ items });
				say(
					table(
						["at", "store", "stream", "records"],
						items.map((it) => [it.at, it.store, it.stream, String(it.records)]),
					),
				);
				return 0;
			}
			case "stores": {
				const items = await listAll<{ store: string; lastContact?: string | null; connected?: boolean }>(ask, "/api/v1/stores");
				if (values.json) return json({ items });
				say(
					table(
						["store", "last contact", "connected"],
						items.map((it) => [it.store, it.lastContact ?? "never", it.connected ? "yes" : "no"]),
					),
				);
				return 0;
			}
			case "push": {
				if (word === undefined) return fail(2, usage);
				const { pushFile } = await import("./push.ts");
				return pushFile(ask, word, {
					...values,
					dryRun: values["dry-run"] === true,
					allOrNothing: values["all-or-nothing"] === true,
				});
			}
			case "catch-up": {
				if (word === undefined) return fail(2, usage);
				const caught = await ask<{ push: string | null; changes: number }>(`/api/v1/stores/${encodeURIComponent(word)}/catch-up`, {
					method: "POST",
					body: {},
				});
				if (values.json) return json(caught);
				say(
					caught.push === null
						? `store ${word} has every price that is for all stores`
						: `store ${word} is sent ${caught.changes} prices: gondola hq matrix ${caught.push}`,
				);
				return 0;
			}
			case "matrix": {
				const { showMatrix } = await import("./push-life.ts");
				return showMatrix(ask, word, values.json === true);
			}
			case "withdraw":
			case "end":
			case "release":
			case "hold":
			case "resume": {
				if (word === undefined) return fail(2, usage);
				const { movePush } = await import("./push-life.ts");
				return movePush(ask, verb, word, values);
			}
			case "rails": {
				const { guardRails } = await import("./push-life.ts");
				return guardRails(ask, given.words.slice(1), values, usage);
			}
			default:
				return fail(2, usage);
		}
	},
};

/** Every page of a list. */
async function listAll<T>(ask: AskOffice, path: string): Promise<T[]> {
	const all: T[] = [];
	for (let after: string | number | undefined = ""; after !== undefined; ) {
		const from: string = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
		const page: { items: T[]; next?: string | number } = await ask(`${path}?limit=1000${from}`);
		all.push(...page.items);
		after = page.next;
	}
	return all;
}
