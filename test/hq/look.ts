import { openDirectory } from "../../src/access/directory.ts";
import { openPasskeys } from "../../src/access/passkeys.ts";
import { openSignIn } from "../../src/access/sign-in.ts";
import { alarmInWords } from "../../src/daemon/alarm-words.ts";
import { makeCoupon } from "../../src/hq/coupons/coupons.ts";
import { takeCouponFacts } from "../../src/hq/coupons/leases.ts";
import { openDatabase } from "../../src/hq/database/database.ts";
import { buildHttp, listen } from "../../src/hq/http/server.ts";
import { insertOrder } from "../../src/hq/orders/order-rows.ts";
import { accessInDatabase } from "../../src/hq/people/access-repository.ts";
import { alarmOutcome, openAudit } from "../../src/hq/people/audit.ts";
import { openRepositories } from "../../src/hq/repositories.ts";
import { type Order, type OrderPlacement, type OrderState, placedOrder } from "../../src/words/orders/order.ts";

/**
 * Serves head office's page over an invented chain: `node test/hq/look.ts [port] [stores] [labels a store]`. The database, the API and the
 * rights are the real ones; what stores said is written into the tables, and pushes go on by themselves. Says its address and, for a
 * second person, a token of the user `pricer`.
 */
const [port = "8091", many = "300", labelsEach = "40"] = process.argv.slice(2);
const now = (): string => new Date().toISOString();
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
const db = await openDatabase({ memory: true });
const repositories = openRepositories(db, "look", now, "EUR");

const cities = ["zagreb", "split", "wien", "graz", "berlin", "koeln", "ulm", "osaka", "lyon", "porto"];
const ids = Array.from({ length: Number(many) }, (_, n) => `${String(1_000 + n)}-${cities[n % cities.length]}`);
const skus = Array.from({ length: 60 }, (_, n) => String(4_000 + n));
/** Every so-many-th store has the trouble. */
const away = (n: number): boolean => n % 23 === 7;
const never = (n: number): boolean => n % 97 === 50;

await db.transaction(async (tx) => {
	const hello = (n: number): string =>
		JSON.stringify({
			build: n % 5 === 0 ? "0.9.1" : "0.9.2",
			can: ["coupons"],
			free: { bytes: 1e10, offlineDaysLeft: 30 - (n % 29) },
			up: { facts: { last: 5_000 + (away(n) ? n * 13 : n % 3) } },
		});
	await tx.query(
		`INSERT INTO store (id, inc, enrolled_at, token_sha256, heard_at, hello, fenced, time_zone)
		 SELECT t.id, 1, $2, '', t.heard, t.hello, t.fenced, 'Europe/Zagreb'
		 FROM unnest($1::text[], $3::text[], $4::text[], $5::boolean[]) AS t (id, heard, hello, fenced)`,
		[
			ids,
			ago(30 * 86_400),
			ids.map((_, n) => (never(n) ? null : away(n) ? ago(3_600 * (n % 90)) : ago(5))),
			ids.map((_, n) => (never(n) ? null : hello(n))),
			ids.map((_, n) => n % 151 === 149),
		],
	);
	await tx.query(
		`INSERT INTO down_stream (store, stream, epoch, last, hash, handed, acked)
		 SELECT id, s, '00000000000000aa', 0, repeat('0', 32), 0, 0 FROM unnest($1::text[]) AS id, unnest($2::text[]) AS s`,
		[ids, ["catalog", "stock", "config"]],
	);
	await tx.query(
		`INSERT INTO up_epoch (store, stream, epoch, position, hash, current)
		 SELECT id, 'facts', '00000000000000bb', 5000, repeat('0', 32), true FROM unnest($1::text[]) AS id`,
		[ids],
	);
	await tx.query(
		`INSERT INTO label (store, id, sku, face, bound_at, version, up_to_version, amount_minor, currency, shown_at, failed_why)
		 SELECT s, 'L' || lpad(n::text, 4, '0'), (4000 + n % 60)::text, NULL, $2, CASE WHEN n % 17 = 3 AND length(s) % 4 = 0 THEN NULL ELSE 1 END,
			1, 100 + n * 7, 'EUR', $2, CASE WHEN n % 29 = 5 AND substr(s, 3, 1) = '3' THEN 'battery' END
		 FROM unnest($1::text[]) AS s, generate_series(1, $3) AS n`,
		[ids, ago(7_200), Number(labelsEach)],
	);
	const alarms: [string, string, string, string, number][] = ids.flatMap((id, n): [string, string, string, string, number][] => [
		...(n % 19 === 4 ? [[id, "RED", "printer-in-doubt", "till-1", n] as [string, string, string, string, number]] : []),
		...(n % 11 === 3 ? [[id, "YELLOW", "label-out-of-contact", "L0005", n] as [string, string, string, string, number]] : []),
		...(n % 13 === 6 ? [[id, "BLUE", "port-missing", "scale-2", n] as [string, string, string, string, number]] : []),
	]);
	await tx.query(
		`INSERT INTO store_alarm (store, id, level, code, subject, since, facts)
		 SELECT store, code || ':' || subject, level, code, subject, since,
			CASE code WHEN 'label-out-of-contact' THEN json_build_object('since', since)::text WHEN 'port-missing' THEN '{"port":"/dev/scale"}' END
		 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS t (store, level, code, subject, since)`,
		[alarms.map((a) => a[0]), alarms.map((a) => a[1]), alarms.map((a) => a[2]), alarms.map((a) => a[3]), alarms.map((a) => ago(a[4] * 60))],
	);
	await tx.query(
		`INSERT INTO on_hand (store, sku, on_hand, counted_at, last_at)
		 SELECT s, '4001', 3 + length(s) * 2, $2, $2 FROM unnest($1::text[]) AS s`,
		[ids, ago(40_000)],
	);
});

const order = (
	n: number,
	kind: OrderPlacement["kind"],
	more: Partial<Order>,
): { store: string; order: Order; asked: string; code: string } => {
	const lines = skus.slice(n, n + 3).map((sku, at) => ({ sku, quantity: at + 1, substitution: "none" as const }));
	const clocks = { acceptBy: ago(-900), readyBy: ago(n * 700 - 2_000), collectBy: ago(-86_400) };
	const placed = placedOrder({
		id: `web-${5_000 + n}`,
		kind,
		at: ago(4_000 + n * 60),
		by: "token:shop",
		lines,
		takes: [],
		codeHash: "0".repeat(64),
		...clocks,
	});
	return { store: ids[n % ids.length]!, order: { ...placed, ...more }, asked: "{}", code: "123456" };
};
const steps = (...states: OrderState[]): Order["history"] =>
	states.map((state, n) => ({ state, at: ago(3_000 - n * 600), by: n === 0 ? "token:shop" : "user:ana" }));
await db.transaction(async (tx) => {
	for (let n = 0; n < 12; n += 1) {
		const state = (["placed", "accepted", "picking", "ready"] as const)[n % 4]!;
		await insertOrder(
			tx,
			order(n, n % 3 === 0 ? "ship" : "pickup", { state, history: steps("placed", "accepted", "picking", "ready").slice(0, 1 + (n % 4)) }),
			now(),
		);
	}
	const weighed = { sku: "4021", quantity: 750_000, weighed: true as const, substitution: "similar" as const };
	const lines: Order["lines"] = [
		{ ...weighed, picked: 742_000, short: 0, substitutes: [] },
		{
			sku: "4022",
			quantity: 3,
			substitution: "similar",
			picked: 1,
			short: 1,
			shortReason: "none on the shelf",
			substitutes: [{ sku: "4023", quantity: 1 }],
		},
	];
	await insertOrder(tx, order(40, "delivery", { lines, state: "picking", history: steps("placed", "accepted", "picking") }), now());
	await insertOrder(
		tx,
		order(41, "pickup", { state: "handed-over", history: steps("placed", "accepted", "picking", "ready", "handed-over") }),
		now(),
	);
});

/** A summer campaign of which stores reported redemptions, one that ends an hour ago, one of a live stream that waits. */
const campaign = { what: "amount", amountMinor: 500, currency: "EUR", from: ago(3 * 86_400), until: ago(-30 * 86_400) } as const;
await makeCoupon(db, { ...campaign, id: "summer", name: "Summer 2026", code: "SUMMER-5", total: 9_000 }, "user:pricer", now());
const goods = { what: "articles" as const, skus: ["4001", "4002"], amountMinor: 30, currency: "EUR" };
await makeCoupon(
	db,
	{ ...goods, id: "dairy", code: "DAIRY", from: ago(-86_400), until: ago(-9 * 86_400), total: 600 },
	"user:pricer",
	now(),
);
await db.transaction((tx) =>
	takeCouponFacts(
		tx,
		ids[0]!,
		Array.from({ length: 12 }, (_, n) => ({
			...{ type: "coupon.redeemed", redemption: `r-${n}`, coupon: "summer", lease: `summer:${ids[0]}:1`, amountMinor: 500 },
			...{ at: now(), till: "till-1" },
		})) as never,
	),
);

const directory = openDirectory({ site: "hq", repository: accessInDatabase(db) });
const audit = openAudit(db, now);
const { secret } = await directory.addToken({ name: "pricer", roles: ["pricer"] });
await audit.note({ kind: "system", name: "sign-in", address: "10.0.0.99" }, "sign-in-alarm", "olga", alarmOutcome);
const app = buildHttp({
	db,
	repositories,
	alarmSentences: alarmInWords,
	isConnected: (store) => !away(ids.indexOf(store)) && !never(ids.indexOf(store)) && ids.includes(store),
	report: (error) => console.error(error),
	people: {
		directory,
		audit,
		isDemo: true,
		signIn: openSignIn({ directory, alarm: () => {} }),
		isConsole: () => false,
		passkeys: openPasskeys({ directory, repository: accessInDatabase(db) }),
	},
});

const amounts = (
	from: number,
): { sku: string; name: string; amountMinor: number; currency: string; kind: "regular"; article: { name: string } }[] =>
	skus.map((sku, n) => ({
		sku,
		name: `Article ${sku}`,
		amountMinor: from + n * 7,
		currency: "EUR",
		kind: "regular",
		article: { name: `Article ${sku}` },
	}));
await repositories.acceptPush({ id: "first-prices", stores: "all", changes: amounts(199), rejected: [] });
await db.transaction((tx) => tx.query("UPDATE push_store SET active = 60, unlabelled = 20, shown = 40 WHERE push = 'first-prices'"));
await db.transaction((tx) => tx.query("UPDATE down_stream SET acked = last, handed = last"));
await repositories.acceptPush({
	id: "week-48",
	stores: "all",
	changes: amounts(219),
	rejected: [{ line: 7, column: "amount", reason: "1.99.9 is no amount." }],
});

/** Every second some more stores have taken what was pushed, and show some more of it. */
setInterval(
	() =>
		void db.transaction(async (tx) => {
			const some = ids.filter(() => Math.random() < 0.2);
			await tx.query("UPDATE down_stream SET acked = last, handed = last WHERE store = ANY($1)", [some]);
			await tx.query(
				`UPDATE push_store p SET active = (last_seq - first_seq + 1), unlabelled = (last_seq - first_seq + 1) / 3, first_at = $2, last_at = $2,
					shown = least((last_seq - first_seq + 1) - (last_seq - first_seq + 1) / 3, shown + 7)
				 WHERE store = ANY($1) AND push <> 'first-prices'`,
				[some, now()],
			);
		}),
	1_000,
).unref();

await app.ready();
const { url } = await listen(app, "127.0.0.1", Number(port));
console.log(url);
console.log(`token ${secret}`);
